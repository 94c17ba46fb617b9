//! Why a link's task ended, and what is said about it: to the peer, in the log, in the metrics.

use transport::control::ControlError;
use transport::{LinkError, StreamError};
use wire::DecodeError;
use wire::close::CloseCode;

use crate::db::DbError;
use crate::keeper::AskError;
use crate::metrics::Fault;

/// Why a link's task ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum Ended {
    /// The relay stops.
    #[error("the relay stops")]
    Stopping,
    /// Somebody else's wish: a newer link, a full queue, a write that did not end.
    #[error("{}", ordered(*.0))]
    Ordered(CloseCode),
    /// The login behind the link ended.
    #[error("the login ended")]
    LoginOver,
    /// Another console of the same account took over.
    #[error("another console of this account took over")]
    TakenOver,
    /// An attended agent's session is over.
    #[error("the session is over")]
    SessionOver,
    /// The desk does not let him be there.
    #[error(transparent)]
    Desk(#[from] AskError),
    /// Nothing was heard for too long.
    #[error("nothing was heard for too long")]
    Silent,
    /// The control stream failed, or brought what is no message.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// Another stream brought what it must not.
    #[error("{what}: {error}")]
    Stream {
        /// Which stream.
        what: &'static str,
        /// What is wrong with it.
        error: StreamError,
    },
    /// A stream was begun, and did not go on in time.
    #[error("{0} did not come in time")]
    Slow(&'static str),
    /// More control messages than anybody has reason to send.
    #[error("more control messages than a link may send")]
    Storm,
    /// An update that breaks a rule.
    #[error("update: {0}")]
    Update(#[from] plane::Refused),
    /// A demand beyond a limit.
    #[error("demand: {0}")]
    Demand(#[from] plane::DemandError),
    /// A message that its sender has no business with.
    #[error("{0}")]
    OutOfOrder(&'static str),
    /// The link itself ended.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Ended {
    /// A stream's error; one that only says that the link ended says just that.
    pub(super) fn stream(what: &'static str, error: StreamError) -> Self {
        match error {
            StreamError::Link(error) => Self::Link(error),
            error => Self::Stream { what, error },
        }
    }

    /// The code with which the link is closed; `None` when it is closed already.
    pub(super) fn close_code(&self) -> Option<CloseCode> {
        Some(match self {
            Self::Stopping => CloseCode::GoingAway,
            Self::Ordered(code) => *code,
            Self::LoginOver | Self::Desk(AskError::Refused(_)) => CloseCode::NotAllowed,
            Self::TakenOver => CloseCode::Replaced,
            Self::SessionOver => CloseCode::Done,
            Self::Desk(_) => CloseCode::Internal,
            Self::Silent => CloseCode::Silent,
            Self::Slow(_) => CloseCode::TooSlow,
            Self::Control(ControlError::Stream(StreamError::Link(_))) | Self::Link(_) => return None,
            Self::Control(error) => error.close_code(),
            Self::Stream { error, .. } => error.close_code().unwrap_or(CloseCode::OutOfOrder),
            Self::Update(_) => CloseCode::Malformed,
            Self::Demand(_) | Self::Storm => CloseCode::OverLimit,
            Self::OutOfOrder(_) => CloseCode::OutOfOrder,
            Self::Db(_) => CloseCode::Internal,
        })
    }

    /// What the peer did wrong, if it did.
    pub(super) fn fault(&self) -> Option<Fault> {
        match self.close_code()? {
            CloseCode::Silent => Some(Fault::Silent),
            CloseCode::TooSlow => Some(Fault::TooSlow),
            CloseCode::Malformed | CloseCode::Unknown | CloseCode::OverLimit | CloseCode::OutOfOrder => {
                Some(Fault::Malformed)
            }
            _ => None,
        }
    }
}

impl From<DecodeError> for Ended {
    fn from(error: DecodeError) -> Self {
        Self::Control(error.into())
    }
}

fn ordered(code: CloseCode) -> &'static str {
    match code {
        CloseCode::Replaced => "a newer link of the same agent took over",
        CloseCode::TooSlow => "it did not take in time what it was sent",
        _ => "it was closed from elsewhere",
    }
}
