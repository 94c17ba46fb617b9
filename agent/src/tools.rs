//! What technicians use of this computer beside its screen: each stream is checked against its seat's grant, and
//! served by the module of its kind.
//!
//! The relay has checked the right before; it is checked here again, because a customer trusts his own computer more
//! than somebody else's server.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;
use transport::{RecvStream, SendStream};
use wire::close::CloseCode;
use wire::control::{Right, SeatGranted, SeatLeft, SessionClosed};
use wire::stream::StreamKind;
use wire::{Seat, SessionId};

use crate::files::{self, Uploads};
use crate::grants::{Granted, Grants};
use crate::shell::{self, Shells};

/// How long a stream may take to say what it is.
const HEADER_MAX: Duration = Duration::from_secs(5);

/// The streams of one link, and what goes on beyond it.
pub(crate) struct Tools {
    shells: Shells,
    uploads: Uploads,
    grants: Grants,
    streams: JoinSet<()>,
}

impl Tools {
    /// No streams yet; shells and uploads of links before are found again.
    pub(crate) fn new(shells: Shells, uploads: Uploads) -> Self {
        Self { shells, uploads, grants: Grants::default(), streams: JoinSet::new() }
    }

    /// What each seat may do.
    pub(crate) fn grants(&self) -> &Grants {
        &self.grants
    }

    /// A technician opens something. How many may be open at once is for the link's own limit.
    pub(crate) fn open(&mut self, send: SendStream, recv: RecvStream) {
        while self.streams.try_join_next().is_some() {}
        let (shells, uploads, grants) = (self.shells.clone(), self.uploads.clone(), self.grants.clone());
        self.streams.spawn(serve(shells, uploads, grants, send, recv));
    }

    /// A seat has other rights from now on. What he may not do any more ends.
    pub(crate) fn grant(&self, message: SeatGranted) {
        let key = (SessionId::from_wire(message.session), Seat::from_wire(message.seat));
        let may_use_shells = message.rights.contains(&Right::Shell.into());
        let before = self.grants.set(message);
        if let (Some(before), false) = (before, may_use_shells) {
            tracing::info!(session = %key.0, name = before.name, "no shells for this technician from now on");
            self.shells.end_of(&before.owner);
        }
    }

    /// Somebody left his seat; for good, or perhaps only his line did.
    pub(crate) fn leave(&self, left: &SeatLeft) {
        let seat = Seat::from_wire(left.seat);
        if !left.for_good {
            return;
        }
        if let Some(before) = self.grants.forget(SessionId::from_wire(left.session), seat) {
            self.shells.end_of(&before.owner);
            self.uploads.end_of(&before.owner);
        }
    }

    /// Nobody is in a session any more; for good, or until somebody is back.
    pub(crate) fn close(&self, closed: &SessionClosed) {
        let session = SessionId::from_wire(closed.session);
        self.grants.forget_session(session);
        if closed.for_good {
            self.shells.end_session(session);
            self.uploads.end_session(session);
        }
    }
}

/// Serves one stream to its end.
async fn serve(shells: Shells, uploads: Uploads, grants: Grants, mut send: SendStream, mut recv: RecvStream) {
    let Ok(Ok(header)) = timeout(HEADER_MAX, recv.take_header()).await else {
        // Dropping both halves says that they are given up.
        return;
    };
    let granted = grants.of(header.session, header.seat).await;
    match (header.kind, granted) {
        (StreamKind::Shell, Some(granted)) if granted.has(Right::Shell) => {
            let name = granted.name;
            if let Err(error) = shell::serve(shells, granted.owner, send, recv).await {
                tracing::debug!(session = %header.session, name, %error, "shell left");
            }
        }
        (StreamKind::File, Some(granted)) => {
            let (had, name) = (granted.clone(), granted.name.clone());
            let narrowed = grants.narrowed(header.session, header.seat, &had);
            if let Err(error) = files::serve(uploads, granted, narrowed, send, recv).await {
                tracing::debug!(session = %header.session, name, %error, "files left");
            }
        }
        (kind, granted) => {
            let name = granted.map_or_else(|| "nobody".to_owned(), |granted: Granted| granted.name);
            tracing::warn!(session = %header.session, seat = %header.seat, name, ?kind, "a stream without right");
            send.reset(CloseCode::NotAllowed);
            recv.stop(CloseCode::NotAllowed);
        }
    }
}
