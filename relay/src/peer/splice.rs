//! Joins a technician's shell, file or action stream to one at the agent: bytes, ends, resets and stops pass
//! unchanged, with back pressure from end to end.
//!
//! The right is checked when the stream opens, and again whenever the rights of its seat change. Nothing is kept
//! here: each direction holds the one chunk that it is passing on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use bytes::Bytes;
use desk::permission::{Permission, Rights};
use desk::session::{Deed, Step};
use desk::{Participant, session};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use transport::{LinkError, Priority, RecvStream, SendStream, StreamError};
use wire::close::CloseCode;
use wire::stream::{StreamHeader, StreamKind};
use wire::{DecodeError, Writer};

use crate::files::act::Act;
use crate::files::request::{self, NoRequest, Request};
use crate::keeper::{AskError, Caller};
use crate::peer::agent::Agent;
use crate::peer::rights::may_open;
use crate::peer::tools;
use crate::registry::Place;
use crate::site::Site;
use crate::tap::{Direction, Stream, Tap};

/// How long an agent may take to permit a stream more.
const OPEN_MAX: Duration = Duration::from_secs(5);

/// Bytes of a shell's answer to a key that go before the screen, as the agent counts them, too.
const ECHO_BYTES_MAX: usize = 4 << 10;

/// A stream of a technician, with his place and rights.
pub(super) struct Splice {
    pub(super) site: Arc<Site>,
    pub(super) place: Place,
    pub(super) kind: StreamKind,
    /// Who he is, for the log.
    pub(super) caller: Caller,
    /// What he may do, now and as it changes.
    pub(super) rights: watch::Receiver<Rights>,
    /// Fires when he is out of the session.
    pub(super) out: CancellationToken,
    /// Who has the place.
    pub(super) who: Participant,
}

/// Why nothing passes any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum Ended {
    #[error("the agent is not connected")]
    Offline,
    #[error("the agent permits no more streams")]
    Full,
    #[error("the right is gone")]
    NotAllowed,
    #[error("it cannot be written into the log: {0}")]
    NotNoted(#[from] AskError),
    #[error(transparent)]
    NoRequest(#[from] NoRequest),
    #[error("nothing was asked for")]
    Silent,
    #[error("a message at a moment at which it has no meaning")]
    OutOfOrder,
    #[error("the log cannot be written")]
    NoLog,
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error(transparent)]
    Link(#[from] LinkError),
}

impl Ended {
    /// With what both streams are given up.
    fn code(&self) -> CloseCode {
        match self {
            Self::NotAllowed => CloseCode::NotAllowed,
            Self::Stream(StreamError::Reset(code)) => *code,
            Self::Full => CloseCode::OverLimit,
            Self::NoRequest(NoRequest::Decode(error)) => error.close_code(),
            Self::NoRequest(NoRequest::OutOfOrder) => CloseCode::OutOfOrder,
            Self::Silent => CloseCode::Silent,
            Self::OutOfOrder => CloseCode::OutOfOrder,
            Self::NoLog => CloseCode::Internal,
            Self::Decode(error) => error.close_code(),
            Self::Offline | Self::NotNoted(_) | Self::NoRequest(_) | Self::Stream(_) | Self::Link(_) => {
                CloseCode::Cancelled
            }
        }
    }
}

/// Where a direction broke.
enum Half {
    /// Nothing more comes from there.
    From(Ended),
    /// Nobody there takes anything more.
    To(Ended),
}

impl Half {
    fn either(self) -> Ended {
        match self {
            Self::From(ended) | Self::To(ended) => ended,
        }
    }
}

/// Two halves that belong together.
pub(super) type Pair = (SendStream, RecvStream);

/// What a technician asks for on a stream of a kind that is for more than one thing.
struct Asked {
    /// All of these are needed for it.
    needs: &'static [Permission],
    act: Act,
}

/// Who listens to what passes.
#[derive(Clone, Copy)]
struct Ears<'a> {
    act: Option<&'a Act>,
    taps: &'a [Option<Tap>],
}

impl Splice {
    /// Joins the technician's stream to one at the agent until both directions ended.
    pub(super) async fn run(self, mut technician: Pair) {
        let (asked, mut agent) = match self.begin(&mut technician.1).await {
            Ok(begun) => begun,
            Err(ended) => return self.give_up(&ended, [&mut technician]),
        };
        let act = asked.as_ref().map(|asked| &asked.act);
        let echo = AtomicUsize::new(ECHO_BYTES_MAX);
        let (session, seat) = (self.place.session.id, self.place.seat);
        let stream = Stream { kind: self.kind, session, seat };
        let recording = self.site.recorder.tap(&self.site, stream, self.caller.actor);
        let taps = [self.site.taps.tap(stream), recording];
        let ended = tokio::select! {
            biased;
            ended = self.ended(asked.as_ref()) => Err(ended),
            ended = self.pair(&mut technician, &mut agent, &echo, Ears { act, taps: &taps }) => ended,
        };
        if let Some(act) = act {
            act.end().await;
        }
        if let Err(ended) = ended {
            self.give_up(&ended, [&mut technician, &mut agent]);
        }
    }

    /// Joins the two as their kind wants it.
    async fn pair(
        &self,
        technician: &mut Pair,
        agent: &mut Pair,
        echo: &AtomicUsize,
        ears: Ears<'_>,
    ) -> Result<(), Ended> {
        match self.kind {
            StreamKind::Action => tools::action::join(self, technician, agent).await,
            StreamKind::Clipboard => tools::clipboard::join(self, technician, agent).await,
            _ => self.join(technician, agent, echo, ears).await,
        }
    }

    /// Writes into the log what he does, and waits until it is there.
    pub(super) async fn write(&self, deed: Deed, step: Step) -> Result<(), AskError> {
        let session = desk::SessionId::new(self.place.session.id.to_wire());
        let act = session::Command::Act { session, who: self.who, deed, step };
        self.site.keeper.ask(self.caller, act).await.map(drop)
    }

    /// Writes into the log what he did; a session that is over has no lines any more.
    pub(super) fn log(&self, deed: Deed, step: Step) {
        let session = desk::SessionId::new(self.place.session.id.to_wire());
        let act = session::Command::Act { session, who: self.who, deed, step };
        let (site, caller) = (Arc::clone(&self.site), self.caller);
        self.site.tasks.spawn(async move {
            if let Err(error) = site.keeper.ask(caller, act).await {
                tracing::info!(%error, %session, "what a technician did is not in the log");
            }
        });
    }

    /// Finds out what is wanted where the kind does not say all, and opens the stream at the agent.
    async fn begin(&self, technician: &mut RecvStream) -> Result<(Option<Asked>, Pair), Ended> {
        if self.kind != StreamKind::File {
            return Ok((None, self.open(&[]).await?));
        }
        let Request { asked, bytes } = Request::read(technician).await?;
        let needs = request::needs(&asked);
        if !request::may(needs, &self.rights.borrow()) {
            self.site.metrics.streams_refused.increment(1);
            return Err(Ended::NotAllowed);
        }
        let act = Act::begin(&self.site, self.caller, self.place.session.id, &asked).await?;
        match self.open(&bytes).await {
            Ok(agent) => Ok((Some(Asked { needs, act }), agent)),
            Err(ended) => {
                act.end().await;
                Err(ended)
            }
        }
    }

    /// Opens the stream at the agent that is there now, and says what the technician said already.
    async fn open(&self, said: &[Bytes]) -> Result<Pair, Ended> {
        let agent: Arc<Agent> = self.place.session.agent().ok_or(Ended::Offline)?;
        let opened = timeout(OPEN_MAX, agent.link.open_bi()).await;
        let (mut send, recv) = opened.map_err(|_| Ended::Full)??;
        send.set_priority(self.priority(ECHO_BYTES_MAX));
        let (session, seat) = (self.place.session.id, self.place.seat);
        let mut header = Writer::new();
        StreamHeader { kind: self.kind, session, seat }.encode(&mut header);
        let mut chunks = header.into_chunks();
        chunks.extend_from_slice(said);
        send.write(&chunks).await?;
        Ok((send, recv))
    }

    /// Waits until the technician may not have the stream any more.
    async fn ended(&self, asked: Option<&Asked>) -> Ended {
        let mut rights = self.rights.clone();
        let needs = asked.map_or(&[][..], |asked| asked.needs);
        let revoked = async move {
            let kind = self.kind;
            let lost = |rights: &Rights| !may_open(kind, rights) || !request::may(needs, rights);
            // The sender is gone with the seat.
            let _ = rights.wait_for(lost).await.is_ok();
        };
        tokio::select! {
            () = self.out.cancelled() => {},
            () = revoked => {},
        }
        Ended::NotAllowed
    }

    async fn join(
        &self,
        technician: &mut Pair,
        agent: &mut Pair,
        echo: &AtomicUsize,
        ears: Ears<'_>,
    ) -> Result<(), Ended> {
        let typed = |chunk: &Bytes| {
            self.listen(ears.taps, Direction::ToAgent, chunk);
            echo.store(ECHO_BYTES_MAX, Relaxed);
            self.priority(ECHO_BYTES_MAX)
        };
        let shown = |chunk: &Bytes| {
            if let Some(act) = ears.act {
                act.hear(chunk);
            }
            self.listen(ears.taps, Direction::ToTechnician, chunk);
            let left = echo.load(Relaxed);
            echo.store(left.saturating_sub(chunk.len()), Relaxed);
            self.priority(left)
        };
        let up = self.pass(&mut technician.1, &mut agent.0, typed);
        let down = self.pass(&mut agent.1, &mut technician.0, shown);
        // The endpoint has the last word: with it the stream is over, whatever the technician might still say, and
        // without it he may still look at what comes.
        tokio::select! {
            ended = down => ended.map_err(Half::either),
            ended = async {
                match up.await {
                    Err(Half::From(ended)) => Err(ended),
                    Ok(()) | Err(Half::To(_)) => std::future::pending().await,
                }
            } => ended,
        }
    }

    /// Tells whoever listens in what is passed on.
    fn listen(&self, taps: &[Option<Tap>], direction: Direction, chunk: &Bytes) {
        let missed = taps.iter().flatten().filter(|tap| !tap.pass(direction, chunk)).count();
        if 0 < missed {
            self.site.metrics.tap_missed_bytes.increment((missed * chunk.len()) as u64);
        }
    }

    /// Passes one direction on, to its end. Each chunk is shown to `priority` first, which says how urgent it is.
    async fn pass(
        &self,
        from: &mut RecvStream,
        to: &mut SendStream,
        priority: impl Fn(&Bytes) -> Priority,
    ) -> Result<(), Half> {
        while let Some(chunk) = from.read_much().await.map_err(|error| Half::From(error.into()))? {
            self.site.metrics.read(self.kind, chunk.len());
            to.set_priority(priority(&chunk));
            to.write(&[chunk]).await.map_err(|error| Half::To(error.into()))?;
        }
        to.finish().map_err(|error| Half::To(error.into()))
    }

    /// Where the stream stands in the sending order while `echo` bytes of an answer are still urgent.
    fn priority(&self, echo: usize) -> Priority {
        match self.kind {
            StreamKind::Shell if 0 < echo => Priority::Echo,
            StreamKind::Shell => Priority::Shell,
            StreamKind::File => Priority::Bulk,
            _ => Priority::Clipboard,
        }
    }

    fn give_up<const N: usize>(&self, ended: &Ended, pairs: [&mut Pair; N]) {
        let code = ended.code();
        for (send, recv) in pairs {
            send.reset(code);
            recv.stop(code);
        }
        tracing::debug!(session = %self.place.session.id, seat = %self.place.seat, kind = ?self.kind, %ended, "stream ended");
    }
}
