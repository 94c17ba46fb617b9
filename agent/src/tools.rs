//! What technicians use of this computer beside its screen: each stream is checked against its seat's grant, and
//! served by the module of its kind.
//!
//! The relay has checked the right before; it is checked here again, because a customer trusts his own computer more
//! than somebody else's server.

mod action;
mod clipboard;
mod system;
mod talk;

use std::time::Duration;

use platform::Platform;
use tokio::task::JoinSet;
use tokio::time::timeout;
use transport::{RecvStream, SendStream};
use wire::close::CloseCode;
use wire::control::{Right, SeatGranted, SeatLeft, SessionClosed};
use wire::stream::StreamKind;
use wire::{Seat, SessionId};

use crate::files::{self, Uploads};
use crate::grants::{Granted, Grants};
use crate::person::{Input, Person};
use crate::shell::{self, Shells};
use action::{Doings, Work};
use clipboard::Board;
use system::Inventory;
use talk::{Permit, ToolError};

/// How long a stream may take to say what it is.
const HEADER_MAX: Duration = Duration::from_secs(5);

/// What of this computer tools work with, whichever link serves it. Cheap to clone.
#[derive(Clone)]
pub struct Kit {
    clipboard: Option<Board>,
    inventory: Inventory,
    doings: Doings,
}

impl Kit {
    /// Opens what the platform has. A computer without a clipboard is told so in the log.
    ///
    /// # Errors
    /// When no thread can be made.
    pub fn open(platform: &Platform) -> anyhow::Result<Self> {
        let clipboard = match Board::start(platform) {
            Ok(board) => Some(board),
            Err(error) => {
                tracing::warn!(%error, "technicians cannot reach the clipboard");
                None
            }
        };
        Ok(Self { clipboard, inventory: Inventory::new(platform), doings: Doings::new(platform)? })
    }
}

/// What of this computer one stream may use.
struct Own {
    shells: Shells,
    uploads: Uploads,
    kit: Kit,
}

/// The streams of one link, and what goes on beyond it.
pub(crate) struct Tools {
    shells: Shells,
    uploads: Uploads,
    kit: Kit,
    grants: Grants,
    person: Person,
    streams: JoinSet<()>,
}

impl Tools {
    /// No streams yet; shells and uploads of links before are found again.
    pub(crate) fn new(shells: Shells, uploads: Uploads, kit: Kit, person: Person) -> Self {
        let grants = Grants::new(person.clone());
        Self { shells, uploads, kit, grants, person, streams: JoinSet::new() }
    }

    /// What each seat may do.
    pub(crate) fn grants(&self) -> &Grants {
        &self.grants
    }

    /// A technician opens something. How many may be open at once is for the link's own limit.
    pub(crate) fn open(&mut self, send: SendStream, recv: RecvStream) {
        while self.streams.try_join_next().is_some() {}
        let own = Own { shells: self.shells.clone(), uploads: self.uploads.clone(), kit: self.kit.clone() };
        self.streams.spawn(serve(own, self.grants.clone(), send, recv));
    }

    /// A seat has other rights from now on. What he may not do any more ends.
    pub(crate) fn grant(&self, message: SeatGranted) {
        let key = (SessionId::from_wire(message.session), Seat::from_wire(message.seat));
        let may_use_shells = message.rights.contains(&Right::Shell.into());
        let before = self.grants.set(message.clone());
        self.person.handle(Input::Granted(message));
        if let (Some(before), false) = (before, may_use_shells) {
            tracing::info!(session = %key.0, name = before.name, "no shells for this technician from now on");
            self.shells.end_of(&before.owner);
        }
    }

    /// Somebody left his seat; for good, or perhaps only his line did.
    pub(crate) fn leave(&self, left: &SeatLeft) {
        let (session, seat) = (SessionId::from_wire(left.session), Seat::from_wire(left.seat));
        self.person.handle(Input::Left(session, seat));
        if !left.for_good {
            return;
        }
        if let Some(before) = self.grants.forget(session, seat) {
            self.shells.end_of(&before.owner);
            self.uploads.end_of(&before.owner);
        }
    }

    /// The person at this computer ended a session: whatever runs in it ends now, and not when the relay says so.
    pub(crate) fn end(&self, session: SessionId) {
        self.grants.forget_session(session);
        self.shells.end_session(session);
    }

    /// Nobody is in a session any more; for good, or until somebody is back.
    pub(crate) fn close(&self, closed: &SessionClosed) {
        let session = SessionId::from_wire(closed.session);
        self.grants.forget_session(session);
        self.person.handle(Input::Closed(session, closed.for_good));
        if closed.for_good {
            self.shells.end_session(session);
            self.uploads.end_session(session);
        }
    }
}

/// Serves one stream to its end.
async fn serve(own: Own, grants: Grants, mut send: SendStream, mut recv: RecvStream) {
    let Own { shells, uploads, kit } = own;
    let Ok(Ok(header)) = timeout(HEADER_MAX, recv.take_header()).await else {
        // Dropping both halves says that they are given up.
        return;
    };
    let (session, seat) = (header.session, header.seat);
    let granted = grants.of(session, seat).await;
    let permit = Permit { grants, session, seat };
    match (header.kind, granted) {
        (StreamKind::Shell, Some(granted)) if granted.has(Right::Shell) => {
            let name = granted.name;
            if let Err(error) = shell::serve(shells, granted.owner, send, recv).await {
                tracing::debug!(session = %header.session, name, %error, "shell left");
            }
        }
        (StreamKind::File, Some(granted)) => {
            let (had, name) = (granted.clone(), granted.name.clone());
            let narrowed = permit.grants.narrowed(header.session, header.seat, &had);
            if let Err(error) = files::serve(uploads, granted, narrowed, send, recv).await {
                tracing::debug!(session = %header.session, name, %error, "files left");
            }
        }
        (StreamKind::Clipboard, Some(granted))
            if permit.has_any(&[Right::ReadClipboard, Right::WriteClipboard]) =>
        {
            let ended = clipboard::serve(kit.clipboard, permit, granted.owner, send, recv).await;
            note(session, granted.name, "clipboard", ended);
        }
        (StreamKind::SystemInformation, Some(granted)) if granted.has(Right::SystemInformation) => {
            let ended = system::serve(kit.inventory, permit, send, recv).await;
            note(session, granted.name, "system information", ended);
        }
        // Each action has a right of its own, which its first message tells.
        (StreamKind::Action, Some(granted)) => {
            let work = Work { doings: kit.doings, permit, name: granted.name.clone() };
            note(session, granted.name, "action", action::serve(work, send, recv).await);
        }
        (kind, granted) => {
            let name = granted.map_or_else(|| "nobody".to_owned(), |granted: Granted| granted.name);
            tracing::warn!(session = %header.session, seat = %header.seat, name, ?kind, "a stream without right");
            send.reset(CloseCode::NotAllowed);
            recv.stop(CloseCode::NotAllowed);
        }
    }
}

/// A stream that broke is nothing to worry about: its technician is gone, or has enough.
fn note(session: SessionId, name: String, what: &str, ended: Result<(), ToolError>) {
    if let Err(error) = ended {
        tracing::debug!(%session, name, what, %error, "stream left");
    }
}
