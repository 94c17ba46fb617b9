//! Which protocols a program speaks, and which one two programs agree on.

use crate::control::RefusalCode;

/// The oldest and the newest protocol that a program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protocols {
    /// The oldest.
    pub min: u32,
    /// The newest; not below `min`.
    pub max: u32,
}

/// What this build speaks.
pub const OURS: Protocols = Protocols { min: 1, max: 1 };

/// The two programs have no protocol in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooOld {
    /// The side that opened the link must be updated.
    #[error("the program that connects is too old: it speaks up to {opener}, the relay needs {relay}")]
    Opener {
        /// The newest protocol of the opener.
        opener: u32,
        /// The oldest protocol of the relay.
        relay: u32,
    },
    /// The relay must be updated.
    #[error("the relay is too old: it speaks up to {relay}, the program that connects needs {opener}")]
    Relay {
        /// The oldest protocol of the opener.
        opener: u32,
        /// The newest protocol of the relay.
        relay: u32,
    },
}

impl TooOld {
    /// How the refusal names it.
    pub fn code(self) -> RefusalCode {
        match self {
            Self::Opener { .. } => RefusalCode::OpenerTooOld,
            Self::Relay { .. } => RefusalCode::RelayTooOld,
        }
    }
}

/// The newest protocol that both speak.
pub fn agree(opener: Protocols, relay: Protocols) -> Result<u32, TooOld> {
    if opener.max < relay.min {
        Err(TooOld::Opener { opener: opener.max, relay: relay.min })
    } else if relay.max < opener.min {
        Err(TooOld::Relay { opener: opener.min, relay: relay.max })
    } else {
        Ok(opener.max.min(relay.max))
    }
}
