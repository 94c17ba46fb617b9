//! The task that sends one rendition: takes what is due while the link has room, one stream an update.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use platform::Waker;
use transport::{Link, LinkError, Priority, SendStream, StreamError};
use wire::close::CloseCode;

use crate::show::uplink::{Turn, Uplink};

/// Longest wait before room and refreshes are looked at again.
const LOOK: Duration = Duration::from_millis(100);

/// Bytes of one update: a busy full screen of text. More would only stand in front of the next one.
const UPDATE_BYTES_MAX: usize = 256 << 10;

/// How long one update may take to be given to the carrier.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);

/// Why no more can be sent.
#[derive(Debug, thiserror::Error)]
enum SendError {
    #[error(transparent)]
    Link(#[from] LinkError),
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error("the relay did not take an update within {WRITE_TIMEOUT:?}")]
    TooSlow,
}

impl SendError {
    fn close_code(&self) -> CloseCode {
        match self {
            Self::Link(_) => CloseCode::Done,
            Self::Stream(error) => error.close_code().unwrap_or(CloseCode::Cancelled),
            Self::TooSlow => CloseCode::TooSlow,
        }
    }
}

/// Sends until the turn ends or the link does. An update that was taken and not sent would be lost for good, so
/// every failure closes the link, and nobody aborts this task.
pub(super) async fn run(link: Link, uplink: Uplink, turn: Turn, waker: Arc<Mutex<Option<Waker>>>) {
    if let Err(error) = send(&link, &uplink, turn, &waker).await {
        tracing::debug!(%error, "screen is not sent any more");
        link.close(error.close_code(), &error.to_string());
    }
}

async fn send(
    link: &Link,
    uplink: &Uplink,
    turn: Turn,
    waker: &Mutex<Option<Waker>>,
) -> Result<(), SendError> {
    // A stream must be at hand before an update is taken. One that was not needed waits for the next.
    let mut spare: Option<SendStream> = None;
    while uplink.is_on(turn) {
        if !uplink.is_due() {
            uplink.due(LOOK).await;
            continue;
        }
        let revision = link.meter().revision();
        let room = link.meter().room();
        uplink.note_rate(link.meter().rate());
        if spare.is_none() {
            spare = link.try_open_uni()?;
        }
        let Some(mut stream) = spare.take().filter(|_| 0 < room) else {
            wait_for_room(link, revision).await;
            continue;
        };
        let (update, is_called) = uplink.take(Instant::now(), room.min(UPDATE_BYTES_MAX));
        if is_called {
            super::call(waker);
        }
        let Some(update) = update else {
            spare = Some(stream);
            uplink.due(LOOK).await;
            continue;
        };
        stream.set_priority(Priority::Screen(update.header.number));
        let chunks = update.encode();
        let writing = tokio::time::timeout(WRITE_TIMEOUT, stream.write(&chunks));
        writing.await.map_err(|_| SendError::TooSlow)??;
        stream.finish()?;
    }
    Ok(())
}

async fn wait_for_room(link: &Link, revision: u64) {
    let paced = Some(link.meter().pause()).filter(|pause| !pause.is_zero());
    // Without a pace the bound only matters when the path is silent; liveness decides what that means.
    let _ = tokio::time::timeout(paced.unwrap_or(LOOK), link.meter().changed(revision)).await;
}
