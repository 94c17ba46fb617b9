//! Rules for sessions that wait.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::session::Queue;
use crate::{Desk, QueueRuleId, Refusal, fields};

/// After how long a rule may act: from a few seconds to a week.
const WAITED_S: (u32, u32) = (5, 7 * 24 * 3600);

/// What happens to sessions that wait in a queue for too long, or for nobody. Rules of a queue are tried in the
/// order of their ids; each acts once on a session in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueueCondition {
    /// The session has waited here for so many seconds.
    WaitedFor(u32),
    /// Nobody of the queue is there, logged in and available, when the session comes.
    NobodyThere,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueueAction {
    /// Moves the session to another queue.
    Move(Queue),
    /// Ends the session; the customer is told that nobody is there.
    End,
}

impl QueueRule {
    pub(super) fn check(&self, desk: &Desk, own: Option<QueueRuleId>) -> Result<(), Refusal> {
        fields::name("name", &self.name)?;
        fields::unique(&desk.queue_rules, own, "name", &self.name, |other| &other.name)?;
        check_queue("queue", desk, self.queue)?;
        if let QueueCondition::WaitedFor(seconds) = self.when {
            let (min, max) = WAITED_S;
            fields::seconds("when.waited_for", seconds, min, max)?;
        }
        let QueueAction::Move(to) = self.then else { return Ok(()) };
        check_queue("then.move", desk, to)?;
        if to == self.queue {
            return Err(Refusal::field("then.move", "then.move leads to the queue that the rule watches"));
        }
        Ok(())
    }

    /// Whether it has to do with a queue.
    pub(super) fn names(&self, queue: Queue) -> bool {
        self.queue == queue || self.then == QueueAction::Move(queue)
    }
}

fn check_queue(field: &'static str, desk: &Desk, queue: Queue) -> Result<(), Refusal> {
    match queue {
        Queue::Personal(account) => fields::exists(field, desk.accounts.has(account), "account"),
        Queue::Team(team) => fields::exists(field, desk.teams.has(team), "team"),
    }
}
