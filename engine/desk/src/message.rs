//! All commands and all events, by subject.

use serde::{Deserialize, Serialize};

use crate::{EntityId, chat, invitation, jump, key, presence, record, session};

macro_rules! subjects {
    ($($(#[$doc:meta])* $name:ident($module:ident),)+) => {
        /// What can be asked of the desk.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "subject", rename_all = "snake_case")]
        pub enum Command {
            $($(#[$doc])* $name($module::Command),)+
        }

        /// What happened on the desk. An event is a fact: it holds whatever the rules say later.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "subject", rename_all = "snake_case")]
        pub enum Event {
            $($(#[$doc])* $name($module::Event),)+
        }

        $(
            impl From<$module::Command> for Command {
                fn from(command: $module::Command) -> Self {
                    Self::$name(command)
                }
            }

            impl From<$module::Event> for Event {
                fn from(event: $module::Event) -> Self {
                    Self::$name(event)
                }
            }
        )+
    };
}

subjects! {
    /// Accounts, teams and all else that administrators keep.
    Record(record),
    /// Consoles.
    Presence(presence),
    /// Support sessions.
    Session(session),
    /// Invitations.
    Invitation(invitation),
    /// Session keys.
    Key(key),
    /// Jump items.
    Jump(jump),
    /// Chats.
    Chat(chat),
}

impl Event {
    /// Whatever [`crate::Desk::apply`] may change by it, for those who store what changed.
    pub fn touches(&self) -> Vec<EntityId> {
        match self {
            Self::Record(event) => event.touches(),
            Self::Presence(event) => event.touches(),
            Self::Session(event) => event.touches(),
            Self::Invitation(event) => event.touches(),
            Self::Key(event) => event.touches(),
            Self::Jump(event) => event.touches(),
            // What was said is a line of its own; the desk keeps its number only.
            Self::Chat(_) => vec![EntityId::Counter],
        }
    }
}
