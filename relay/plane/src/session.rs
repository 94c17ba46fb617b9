//! One support session: its stores, and the views of its viewers.

use std::time::Instant;

use proto::screen::{InboxError, StoreError};
use wire::control::{Answer, ColorMode, Refresh, Wanted};
use wire::screen::Update;
use wire::{Seat, SessionId};

use crate::Limits;

/// Who watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// A technician: updates tell him his own last input.
    Technician,
    /// Another relay: updates tell it the last input of all.
    Hop,
}

/// Why somebody cannot join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// The seat is taken.
    #[error("seat {0} is taken")]
    Taken(Seat),
    /// All seats are taken.
    #[error("all {0} seats are taken")]
    Full(usize),
}

/// Why a demand is not followed; the earlier one stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DemandError {
    /// Nobody is in that seat.
    #[error("nobody is in seat {0}")]
    NoSuchSeat(Seat),
    /// More displays than one viewer may watch.
    #[error("{got} displays are wanted, the limit is {limit}")]
    Displays {
        /// Displays that are wanted.
        got: usize,
        /// The most that one viewer may watch.
        limit: usize,
    },
    /// A display has a number above 255.
    #[error("display {0} does not exist")]
    NoSuchDisplay(u32),
}

/// Why an update of the agent is refused: it broke a rule, and its link is to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The update is of another session.
    #[error("update of session {0} came to another one")]
    Session(SessionId),
    /// Too many renditions on one link.
    #[error("more than {0} renditions on one link")]
    Renditions(usize),
    /// Its place among the updates is wrong.
    #[error(transparent)]
    Inbox(#[from] InboxError),
    /// Its operations cannot be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A wish that got the nearest colours instead; the technician is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaced {
    /// Which display.
    pub display: u8,
    /// The colours that were wanted.
    pub wanted: ColorMode,
    /// The colours that are shown.
    pub given: ColorMode,
}

/// What an update changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changed {
    /// Viewers that have something due now.
    pub seats: Vec<Seat>,
    /// What to tell the agent: all updates of the rendition up to this one are applied.
    pub answer: Option<Answer>,
}

/// What happened in a session; each drop is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Updates that came.
    pub updates_received: u64,
    /// Updates that were taken by viewers.
    pub updates_taken: u64,
    /// Updates that nobody watched any more when they came, dropped.
    pub updates_unwanted: u64,
    /// Updates of an earlier epoch, dropped.
    pub updates_outdated: u64,
    /// Based operations whose base was not there.
    pub operations_broken: u64,
    /// Tiles asked for upstream.
    pub tiles_refreshed: u64,
    /// Refreshes, answers and demands of nobody or for nothing, ignored.
    pub messages_ignored: u64,
}

/// One support session of one agent and its viewers.
#[derive(Debug)]
pub struct Session {
    id: SessionId,
    limits: Limits,
}

impl Session {
    /// A session without viewers.
    pub fn new(id: SessionId, limits: Limits) -> Self {
        Self { id, limits }
    }

    /// Which session.
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// A viewer comes in; he sees nothing before his first [`Session::demand`].
    ///
    /// # Errors
    /// When the seat is taken or no seat is free.
    pub fn join(&mut self, seat: Seat, viewer: Viewer) -> Result<(), JoinError> {
        let _ = (seat, viewer, self.limits);
        Ok(())
    }

    /// A viewer is gone, with his link. Ask [`Session::wanted`] again.
    pub fn leave(&mut self, seat: Seat) {
        let _ = seat;
    }

    /// Everything that a viewer wants to see; replaces what he wanted before. Ask [`Session::wanted`] again.
    ///
    /// Where a display is watched in two modes already, a third gets the nearest of them; it is named in the result.
    ///
    /// # Errors
    /// When nothing was changed, because the demand is beyond a limit.
    pub fn demand(&mut self, seat: Seat, wanted: &[Wanted]) -> Result<Vec<Replaced>, DemandError> {
        let _ = (seat, wanted);
        Ok(Vec::new())
    }

    /// What all viewers together want: the agent's demand. Ordered, so that it can be compared with the last one.
    pub fn wanted(&self) -> Vec<Wanted> {
        Vec::new()
    }

    /// An update of the agent has come. `captured_us` is its capture time on this hop's own clock.
    ///
    /// # Errors
    /// When the agent broke a rule: its link is to be closed, and [`Session::agent_lost`] called.
    pub fn receive(&mut self, update: Update, captured_us: u32) -> Result<Changed, Refused> {
        let _ = (update, captured_us);
        Ok(Changed::default())
    }

    /// Whether [`Session::take`] may have something for this viewer.
    pub fn is_due(&self, seat: Seat) -> bool {
        let _ = seat;
        false
    }

    /// The next update for a viewer, with about `bytes_max` bytes of payload, ready for his link.
    ///
    /// It counts as had, so it must be sent. Afterwards ask [`Session::take_refresh`].
    pub fn take(&mut self, now: Instant, seat: Seat, bytes_max: usize) -> Option<Update> {
        let _ = (now, seat, bytes_max);
        None
    }

    /// A viewer asks for tiles; he has something due afterwards.
    pub fn refresh(&mut self, seat: Seat, refresh: &Refresh) {
        let _ = (seat, refresh);
    }

    /// What to ask the agent for, at most one request at a time for each rendition.
    pub fn take_refresh(&mut self, now: Instant) -> Option<Refresh> {
        let _ = now;
        None
    }

    /// When [`Session::take_refresh`] is to be asked again even if nothing happens.
    pub fn refresh_deadline(&self) -> Option<Instant> {
        None
    }

    /// A viewer has applied updates.
    pub fn answer(&mut self, seat: Seat, answer: &Answer) {
        let _ = (seat, answer);
    }

    /// A viewer's pointer is at this pixel of a display: what is near goes first.
    pub fn point_at(&mut self, seat: Seat, display: u8, x: u16, y: u16) {
        let _ = (seat, display, x, y);
    }

    /// The link to the agent is lost. Pictures are dropped; viewers stay, and go on with what comes next.
    pub fn agent_lost(&mut self) {}

    /// What happened so far.
    pub fn counters(&self) -> Counters {
        Counters::default()
    }
}
