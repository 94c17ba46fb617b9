//! What is done at an endpoint, for the log: the desk has no rules for it beyond who says so.

use serde::{Deserialize, Serialize};

use super::Event;
use crate::ask::{Ask, not_found};
use crate::{Actor, Participant, Refusal, Rule, ScriptId, SessionId, fields};

/// Characters of what an endpoint says of itself.
const DETAIL_MAX: usize = 1024;

/// Something that is done at an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Deed {
    /// A special action, by its name.
    Special {
        /// Which.
        id: String,
        /// As which user, if not as the agent itself.
        run_as: Option<String>,
    },
    /// A script of the library.
    Script {
        /// Which.
        script: ScriptId,
        /// What it was called then.
        name: String,
        /// As which user, if not as the agent itself.
        run_as: Option<String>,
    },
    /// The end of a process.
    EndProcess {
        /// Its number.
        process: u32,
        /// Whether it was not asked.
        is_forced: bool,
    },
    /// Something with a service.
    Service {
        /// Its name.
        name: String,
        /// start, stop or restart.
        act: String,
    },
    /// The customer's screen, or his mouse and keyboard, shut off.
    Restrict {
        /// The screen.
        screen: bool,
        /// Mouse and keyboard.
        input: bool,
    },
    /// The endpoint's clipboard read.
    ReadClipboard {
        /// How much was in it.
        bytes: u64,
    },
    /// The endpoint's clipboard filled.
    WriteClipboard {
        /// With how much.
        bytes: u64,
    },
    /// The person at the endpoint asked for consent.
    AskConsent,
}

/// How far it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// It was asked for, and the right was there.
    Began,
    /// It is done.
    Done,
    /// A program ended with this status.
    Status {
        /// The status.
        status: u32,
    },
    /// A program ended by this signal.
    Signal {
        /// The signal.
        signal: u32,
    },
    /// It took too long.
    TimedOut,
    /// Whoever began it stopped it.
    Stopped,
    /// The endpoint, the relay or a person refused.
    Refused {
        /// Why.
        why: String,
    },
    /// Nobody knows: the line or the session was gone first.
    Broken,
}

pub(super) fn act(
    ask: &mut Ask<'_>,
    session: SessionId,
    who: Participant,
    deed: Deed,
    step: Step,
) -> Result<(), Refusal> {
    if !ask.desk.sessions.contains_key(&session) {
        return Err(not_found("session"));
    }
    if ask.actor != Actor::Relay && ask.actor.participant() != Some(who) {
        return Err(Refusal::new(Rule::WrongActor, "only the relay says what others did"));
    }
    if let Deed::Special { id: text, .. }
    | Deed::Script { name: text, .. }
    | Deed::Service { name: text, .. } = &deed
    {
        fields::text("deed", text, DETAIL_MAX)?;
    }
    ask.push(Event::Acted { session, who, deed, step });
    Ok(())
}
