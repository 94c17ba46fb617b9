//! How many invitations there may be, and how long what is said in them.

/// Invitations into one session that are open at once. More than may come in make no sense.
pub const OPEN_MAX: usize = 32;

/// People from outside who are invited into one session, or in it.
pub const EXTERNALS_MAX: usize = 8;

/// Characters of what somebody from outside is told.
pub const COMMENTS_MAX: usize = 1_000;
