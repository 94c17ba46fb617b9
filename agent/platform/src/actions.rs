//! What can be done to this computer as a whole: special actions, processes, services.

use wire::tools::{ServiceAct, Special};

use crate::program::Command;

/// Does what no key does. Calls block for some seconds at most, where other programs have to be asked.
pub trait Actions: Send {
    /// What there is on this kind of system. What cannot be done here and now is listed with the reason.
    fn specials(&mut self) -> Vec<Special>;

    /// Prepares one of them, by its id.
    ///
    /// # Errors
    /// [`ActionError`] says why it cannot be done.
    fn special(&mut self, id: &str) -> Result<Deed, ActionError>;

    /// Ends a process that started at this time (milliseconds since 1970): asks it to, or does not ask.
    ///
    /// # Errors
    /// [`ActionError`] says why it goes on.
    fn end_process(&mut self, process: u32, started_ms: u64, is_forced: bool) -> Result<(), ActionError>;

    /// Starts, stops or restarts a service.
    ///
    /// # Errors
    /// [`ActionError`] says why nothing was done.
    fn service(&mut self, name: &str, act: ServiceAct) -> Result<(), ActionError>;
}

/// What a special action comes to.
#[derive(Debug)]
pub enum Deed {
    /// To be run to its end, which says whether it worked.
    Run(Command),
    /// To be started for the person at the screen; it stays.
    Launch(Command),
}

/// Why something is not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActionError {
    /// There is no such action, process or service.
    #[error("{0}")]
    NotKnown(String),
    /// It cannot be done on this computer.
    #[error("{0}")]
    NotAvailable(String),
    /// It was tried.
    #[error("{0}")]
    Failed(String),
}
