//! A dark screen and dead keys for the person at the computer, while a technician works.

use crate::Waker;
use std::time::Duration;

/// What of the customer's is shut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shut {
    /// He sees a notice that the technician has turned off his screen, and nothing else.
    pub screen: bool,
    /// Mouse and keyboard of his do nothing.
    pub input: bool,
}

/// What can be shut off here, or why it cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Possible {
    /// The screen.
    pub screen: Result<(), String>,
    /// Mouse and keyboard.
    pub input: Result<(), String>,
}

/// Shuts the customer's side off. A platform says that it can only where that was seen to work on it, with
/// Ctrl+Alt+Del as the customer's way out; dropping it gives everything back.
pub trait Privacy: Send {
    /// What can be shut off.
    fn possible(&self) -> Possible;

    /// Shuts off just this from now on.
    ///
    /// # Errors
    /// Says why it does not work. Nothing is shut off then.
    fn set(&mut self, shut: Shut) -> Result<(), String>;

    /// Blocks until the customer presses Ctrl+Alt+Del, `wait` passes or the waker is used. Says whether he pressed it:
    /// nothing is shut off then.
    fn taken_back(&mut self, wait: Duration) -> bool;

    /// Ends a wait.
    fn waker(&self) -> Waker;
}
