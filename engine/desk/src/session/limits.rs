//! How much of everything a session, an account and the site may hold.

/// Sessions that live at once, on the whole site. Visitors start them, so memory needs a bound.
pub const SESSIONS_MAX: usize = 10_000;

/// Sessions that wait in one queue: as many as a console still lists smoothly. A visitor beyond them is told at once.
pub const QUEUE_MAX: usize = 5_000;

/// Sessions that one account owns at once. A console keeps a link's streams for each.
pub const OWNED_MAX: usize = 50;

/// People who work in one session, the owner too. Each is a viewer of the screen.
pub const MEMBERS_MAX: usize = 32;

/// Characters of a customer's question.
pub const QUESTION_MAX: usize = 2_000;

/// Characters of the reason for which an administrator ends a session.
pub const REASON_MAX: usize = 500;
