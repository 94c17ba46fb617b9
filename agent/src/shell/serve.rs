//! One shell stream: what is typed goes down, what is shown goes up, until either side has enough.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use tokio::time::{sleep, timeout};
use transport::{Priority, RecvStream, SendStream, StreamError};
use wire::close::CloseCode;
use wire::limits::SHELL_BYTES_MAX;
use wire::shell::{FromShell, Size, ToShell};
use wire::{DecodeError, ShellId, Writer};

use super::pace::Pace;
use super::program::{Look, Next, Shell};
use super::{NoShell, Owner, Shells};

/// Bytes of an answer to a key that go before the screen: a few lines, and the prompt behind them.
const ECHO_BYTES_MAX: usize = 4 << 10;

/// How long a stream may take to say which shell it wants.
const FIRST_RECORD_MAX: Duration = Duration::from_secs(5);

/// Why a shell stream ended before its shell.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShellError {
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error("no word about which shell for {0:?}")]
    Silent(Duration),
    #[error("a shell is begun twice or not at all")]
    OutOfOrder,
}

/// Serves one stream, whose right was checked, to its end.
pub(crate) async fn serve(
    shells: Shells,
    owner: Owner,
    send: SendStream,
    recv: RecvStream,
) -> Result<(), ShellError> {
    let mut records = Records { stream: recv, buffer: BytesMut::new() };
    let mut shown = Shown { stream: send, echo: AtomicUsize::new(ECHO_BYTES_MAX).into() };
    let first = timeout(FIRST_RECORD_MAX, records.next()).await;
    let first = first.map_err(|_| ShellError::Silent(FIRST_RECORD_MAX))??;
    let (id, shell, from) = match open(&shells, &owner, first)? {
        Ok(opened) => opened,
        Err(refused) => return shown.end(&FromShell::Refused(refused.to_string())).await,
    };
    let mut watch = Watch { shells, id, look: shell.look(from) };
    let (from, typed) = (watch.look.at(), watch.look.typed());
    let program = shell.program().to_owned();
    shown.say(&FromShell::Opened { shell: id, from, typed, program }).await?;

    let (look, echo) = (watch.look.number(), Arc::clone(&shown.echo));
    let typing = Typing { shell, look, echo };
    let ended = tokio::select! {
        ended = shown.show(&mut watch.look) => ended?,
        ended = typing.run(&mut records) => ended?,
    };
    match ended {
        // Kept for a while like every shell that is left: its last words may be lost on the way.
        End::Over => {}
        End::Replaced => shown.stream.reset(CloseCode::Replaced),
    }
    Ok(())
}

/// A look that, however it ends, leaves its shell to wait for the next one.
struct Watch {
    shells: Shells,
    id: ShellId,
    look: Look,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shells.left(self.id, &self.look);
    }
}

/// How a stream ended in good order.
enum End {
    /// With its shell.
    Over,
    /// The same technician looks through another stream.
    Replaced,
}

type Opened = (ShellId, Arc<Shell>, u64);

/// The shell that the first record asks for.
fn open(
    shells: &Shells,
    owner: &Owner,
    first: Option<ToShell>,
) -> Result<Result<Opened, NoShell>, ShellError> {
    match first {
        Some(ToShell::Start(size)) => Ok(started(shells, owner, size)),
        Some(ToShell::Attach { shell: id, from, size }) => Ok(shells.find(owner, id).map(|shell| {
            shell.resize(size);
            (id, shell, from)
        })),
        _ => Err(ShellError::OutOfOrder),
    }
}

fn started(shells: &Shells, owner: &Owner, size: Size) -> Result<Opened, NoShell> {
    let (id, shell) = shells.start(owner, size)?;
    tracing::info!(session = %owner.session, by = owner.participant, shell = %id, "shell started");
    Ok((id, shell, 0))
}

/// What comes from the technician.
struct Records {
    stream: RecvStream,
    buffer: BytesMut,
}

impl Records {
    /// The next record; `None` at the end of the stream. Safe to drop half-way.
    async fn next(&mut self) -> Result<Option<ToShell>, ShellError> {
        loop {
            if let Some(record) = ToShell::decode(&mut self.buffer)? {
                return Ok(Some(record));
            }
            match self.stream.read().await? {
                Some(chunk) => self.buffer.extend_from_slice(&chunk),
                None if self.buffer.is_empty() => return Ok(None),
                None => return Err(DecodeError::Truncated { wanted: 1, found: 0 }.into()),
            }
        }
    }
}

/// Passes on what is typed.
struct Typing {
    shell: Arc<Shell>,
    look: u64,
    echo: Arc<AtomicUsize>,
}

impl Typing {
    async fn run(self, records: &mut Records) -> Result<End, ShellError> {
        while let Some(record) = records.next().await? {
            match record {
                ToShell::Start(_) | ToShell::Attach { .. } => return Err(ShellError::OutOfOrder),
                ToShell::Bytes(bytes) => {
                    self.echo.store(ECHO_BYTES_MAX, Relaxed);
                    self.shell.r#type(self.look, bytes).await;
                }
                ToShell::Resize(size) => self.shell.resize(size),
                ToShell::Signal(signal) => self.shell.signal(signal),
                ToShell::Close => self.shell.end(),
                ToShell::Seen(at) => self.shell.seen(self.look, at),
            }
        }
        // He types no more, and may still look.
        std::future::pending().await
    }
}

/// What goes to the technician.
struct Shown {
    stream: SendStream,
    /// Bytes that may still go before the screen.
    echo: Arc<AtomicUsize>,
}

impl Shown {
    async fn show(&mut self, look: &mut Look) -> Result<End, ShellError> {
        let mut pace = Pace::new(Instant::now());
        loop {
            match look.next(SHELL_BYTES_MAX).await {
                Next::Bytes(bytes) => {
                    let urgent = self.echo.load(Relaxed);
                    self.echo.store(urgent.saturating_sub(bytes.len()), Relaxed);
                    let is_echo = 0 < urgent;
                    self.stream.set_priority(if is_echo { Priority::Echo } else { Priority::Shell });
                    let length = bytes.len();
                    self.say(&FromShell::Bytes(bytes)).await?;
                    let pause = pace.passed(Instant::now(), length);
                    if !pause.is_zero() {
                        sleep(pause).await;
                    }
                }
                Next::Ended(exit) => {
                    self.end(&FromShell::Ended(exit)).await?;
                    return Ok(End::Over);
                }
                Next::Replaced => return Ok(End::Replaced),
            }
        }
    }

    async fn end(&mut self, last: &FromShell) -> Result<(), ShellError> {
        self.say(last).await?;
        Ok(self.stream.finish()?)
    }

    async fn say(&mut self, record: &FromShell) -> Result<(), ShellError> {
        let mut out = Writer::new();
        record.encode(&mut out);
        Ok(self.stream.write(&out.into_chunks()).await?)
    }
}
