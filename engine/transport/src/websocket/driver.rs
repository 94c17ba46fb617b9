//! The task that moves messages between a mux and its socket, and the handle through which a link uses the mux.

use std::fmt::Display;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use parking_lot::{Mutex, MutexGuard};
use tokio::task::yield_now;
use tokio_util::sync::CancellationToken;
use wire::close::CloseCode;

use crate::error::LinkError;
use crate::meter::Meter;
use crate::websocket::frame::Direction;
use crate::websocket::half::{RecvHalf, SendHalf};
use crate::websocket::mux::{Mux, News, Opened, Violation};
use crate::websocket::{Message, STATUS_BASE, Side};

/// How long the socket is kept after the link ended, so that the goodbye arrives and the peer's is read.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(1);

/// Bytes of messages given to the socket before it is flushed: what comes later may be more urgent.
const BATCH_BYTES: usize = 16 << 10;

/// Bytes of a close frame's reason (RFC 6455 §5.5).
const REASON_BYTES_MAX: usize = 123;

/// A WebSocket that carries a link; clones share it. The link closes when the last one is dropped.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    owner: Arc<Owner>,
}

/// Everything but the task.
#[derive(Debug)]
struct Owner {
    shared: Arc<Shared>,
}

/// What the task and the handles share.
#[derive(Debug)]
struct Shared {
    mux: Mutex<Mux>,
    news: Arc<News>,
    meter: Meter,
    peer: SocketAddr,
    goodbye: Mutex<Option<(CloseCode, String)>>,
    /// The mux has ended.
    ended: CancellationToken,
    /// The socket is closed.
    gone: CancellationToken,
}

impl Session {
    /// Starts the task.
    pub(super) fn start<S, E>(socket: S, side: Side, peer: SocketAddr) -> Self
    where
        S: Stream<Item = Result<Message, E>> + Sink<Message, Error = E> + Send + 'static,
        E: Display + Send + 'static,
    {
        let (meter, news) = (Meter::default(), Arc::new(News::default()));
        let shared = Arc::new(Shared {
            mux: Mutex::new(Mux::new(side, meter.clone(), news.clone())),
            news,
            meter,
            peer,
            goodbye: Mutex::new(None),
            ended: CancellationToken::new(),
            gone: CancellationToken::new(),
        });
        tokio::spawn(drive(socket, shared.clone()));
        Self { owner: Arc::new(Owner { shared }) }
    }

    pub(crate) async fn open_bi(&self) -> Result<(SendHalf, RecvHalf), LinkError> {
        let opened = self.open(Direction::Bi).await?;
        self.both_halves(opened)
    }

    pub(crate) async fn open_uni(&self) -> Result<SendHalf, LinkError> {
        let opened = self.open(Direction::Uni).await?;
        let changed = opened.writable.ok_or_else(one_sided)?;
        Ok(SendHalf::new(self.clone(), opened.id, changed))
    }

    pub(crate) async fn accept_bi(&self) -> Result<(SendHalf, RecvHalf), LinkError> {
        let opened = self.accept(Direction::Bi).await?;
        self.both_halves(opened)
    }

    pub(crate) async fn accept_uni(&self) -> Result<RecvHalf, LinkError> {
        let opened = self.accept(Direction::Uni).await?;
        let changed = opened.readable.ok_or_else(one_sided)?;
        Ok(RecvHalf::new(self.clone(), opened.id, changed))
    }

    /// Ends the link; the task says goodbye.
    pub(crate) fn close(&self, code: CloseCode, reason: &str) {
        self.owner.shared.end(LinkError::ClosedHere, Some((code, reason)));
    }

    /// Waits until the link ended, and says why.
    pub(crate) async fn closed(&self) -> LinkError {
        self.owner.shared.ended.cancelled().await;
        self.mux().ended().cloned().unwrap_or(LinkError::ClosedHere)
    }

    /// Waits until the socket is closed.
    pub(crate) async fn gone(&self) {
        self.owner.shared.gone.cancelled().await;
    }

    pub(crate) fn permit(&self, streams: u32) {
        self.mux().permit(streams.into());
    }

    pub(crate) fn peer(&self) -> SocketAddr {
        self.owner.shared.peer
    }

    pub(crate) fn meter(&self) -> &Meter {
        &self.owner.shared.meter
    }

    pub(super) fn mux(&self) -> MutexGuard<'_, Mux> {
        self.owner.shared.mux.lock()
    }

    async fn open(&self, direction: Direction) -> Result<Opened, LinkError> {
        loop {
            let permitted = self.owner.shared.news.permitted[direction as usize].notified();
            let opened = self.mux().open(direction)?;
            match opened {
                Some(opened) => return Ok(opened),
                None => permitted.await,
            }
        }
    }

    async fn accept(&self, direction: Direction) -> Result<Opened, LinkError> {
        loop {
            let accepted = self.owner.shared.news.accepted[direction as usize].notified();
            let opened = self.mux().accept(direction)?;
            match opened {
                Some(opened) => return Ok(opened),
                None => accepted.await,
            }
        }
    }

    fn both_halves(&self, opened: Opened) -> Result<(SendHalf, RecvHalf), LinkError> {
        let (writable, readable) = opened.writable.zip(opened.readable).ok_or_else(one_sided)?;
        let send = SendHalf::new(self.clone(), opened.id, writable);
        Ok((send, RecvHalf::new(self.clone(), opened.id, readable)))
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.shared.end(LinkError::ClosedHere, Some((CloseCode::Done, "")));
    }
}

impl Shared {
    /// Ends the link, once. `goodbye` is for the peer, unless the peer ended it.
    fn end(&self, why: LinkError, goodbye: Option<(CloseCode, &str)>) {
        if self.mux.lock().end(why) {
            *self.goodbye.lock() = goodbye.map(|(code, reason)| (code, shorten(reason).to_owned()));
            self.ended.cancel();
        }
    }

    fn violated(&self, violation: &Violation) {
        tracing::warn!(peer = %self.peer, %violation, "closing a WebSocket link");
        let why = violation.to_string();
        self.end(LinkError::Lost(why.clone()), Some((violation.close_code(), &why)));
    }

    /// The next messages, about [`BATCH_BYTES`] of them.
    fn next_batch(&self) -> Vec<Bytes> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        let (now, mut mux) = (Instant::now(), self.mux.lock());
        while bytes < BATCH_BYTES
            && let Some(message) = mux.next_message(now)
        {
            bytes += message.len();
            batch.push(message);
        }
        batch
    }
}

/// Reads and writes at once until the socket or the link ends.
async fn drive<S, E>(socket: S, shared: Arc<Shared>)
where
    S: Stream<Item = Result<Message, E>> + Sink<Message, Error = E> + Send + 'static,
    E: Display + Send + 'static,
{
    let (sink, stream) = socket.split();
    let late = async {
        shared.ended.cancelled().await;
        tokio::time::sleep(GOODBYE_TIMEOUT).await;
    };
    tokio::select! {
        () = read(stream, &shared) => {}
        why = write(sink, &shared) => shared.end(why, None),
        () = late => {}
    }
    shared.end(LinkError::Lost("the WebSocket ended".to_owned()), None);
    shared.gone.cancel();
}

/// Takes in messages until the peer closes; after the link ended here, only to see that.
async fn read<E: Display>(mut stream: impl Stream<Item = Result<Message, E>> + Unpin, shared: &Shared) {
    while let Some(message) = stream.next().await {
        match message {
            Ok(_) if shared.ended.is_cancelled() => {}
            Ok(Message::Binary(bytes)) => {
                let received = shared.mux.lock().receive(Instant::now(), bytes);
                if let Err(violation) = received {
                    shared.violated(&violation);
                }
                if shared.mux.lock().is_report_late() {
                    yield_now().await;
                }
            }
            Ok(Message::Text) => shared.violated(&Violation::Text),
            Ok(Message::Close { status, reason }) => return shared.end(farewell(status, reason), None),
            Err(error) => return shared.end(LinkError::Lost(error.to_string()), None),
        }
    }
}

/// Sends what the mux has to say, and the goodbye; gives back only when the socket fails.
async fn write<E: Display>(mut sink: impl Sink<Message, Error = E> + Unpin, shared: &Shared) -> LinkError {
    loop {
        let batch = shared.next_batch();
        let sent = if batch.is_empty() {
            match goodbye(shared) {
                Some(goodbye) => {
                    if let Err(error) = sink.send(goodbye).await {
                        return LinkError::Lost(error.to_string());
                    }
                    // The reader sees the peer's answer, or patience ends.
                    std::future::pending().await
                }
                None => {
                    shared.news.work.notified().await;
                    Ok(())
                }
            }
        } else {
            send_all(&mut sink, batch).await
        };
        if let Err(error) = sent {
            return LinkError::Lost(error.to_string());
        }
    }
}

async fn send_all<E>(sink: &mut (impl Sink<Message, Error = E> + Unpin), batch: Vec<Bytes>) -> Result<(), E> {
    for message in batch {
        sink.feed(Message::Binary(message)).await?;
    }
    sink.flush().await
}

fn goodbye(shared: &Shared) -> Option<Message> {
    let (code, reason) = shared.goodbye.lock().take()?;
    let code = u16::try_from(code.to_wire()).unwrap_or(u16::MAX - STATUS_BASE);
    Some(Message::Close { status: STATUS_BASE + code, reason })
}

/// What the peer's close frame means.
fn farewell(status: u16, reason: String) -> LinkError {
    match status.checked_sub(STATUS_BASE) {
        Some(code) => LinkError::Closed { code: CloseCode::from_wire(code.into()), reason },
        None if status == 1001 => LinkError::Closed { code: CloseCode::GoingAway, reason },
        None => LinkError::Lost(format!("the WebSocket was closed with status {status} {reason:?}")),
    }
}

fn shorten(reason: &str) -> &str {
    let mut end = reason.len().min(REASON_BYTES_MAX);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    &reason[..end]
}

/// The mux gives each stream the halves that its direction has; this is for the type system.
fn one_sided() -> LinkError {
    LinkError::Lost("a stream without the half that its direction has".to_owned())
}
