//! Chats: of a session, with its customer in it, and of a team.
//!
//! The desk decides who may say something; what was said is kept by the database, whole, for everybody who
//! joins later.

mod rules;

use serde::{Deserialize, Serialize};

use crate::{Actor, MessageId, SessionId, TeamId};

pub(crate) use rules::{apply, decide};

/// Characters of one message.
pub const MESSAGE_MAX: usize = 4000;

/// What can be said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// To everybody in a session.
    Say {
        /// Where.
        session: SessionId,
        /// What.
        text: String,
    },
    /// To everybody in a team.
    SayToTeam {
        /// Where.
        team: TeamId,
        /// What.
        text: String,
    },
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// In a session.
    Said {
        /// Its name.
        message: MessageId,
        /// Where.
        session: SessionId,
        /// Who.
        by: Actor,
        /// What.
        text: String,
    },
    /// In a team.
    SaidToTeam {
        /// Its name.
        message: MessageId,
        /// Where.
        team: TeamId,
        /// Who.
        by: Actor,
        /// What.
        text: String,
    },
}
