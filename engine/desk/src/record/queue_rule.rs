//! Rules for sessions that wait.

use serde::{Deserialize, Serialize};

use crate::session::Queue;

/// What happens to sessions that wait in a queue for too long, or for nobody. Rules of a queue are tried in the
/// order of their ids; each acts once on a session in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueRule {
    /// For administrators.
    pub name: String,
    /// The queue that it watches.
    pub queue: Queue,
    /// When it acts.
    pub when: QueueCondition,
    /// What it does.
    pub then: QueueAction,
}

/// When a rule acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueCondition {
    /// The session has waited here for so many seconds.
    WaitedFor(u32),
    /// Nobody of the queue is there, logged in and available, when the session comes.
    NobodyThere,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueAction {
    /// Moves the session to another queue.
    Move(Queue),
    /// Ends the session; the customer is told that nobody is there.
    End,
}
