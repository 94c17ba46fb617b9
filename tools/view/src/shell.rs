//! A command shell of the endpoint, as a technician has it open.

use std::time::Duration;

use anyhow::Context;
use bytes::{Bytes, BytesMut};
use tokio::time::timeout;
use transport::{Link, Priority, RecvStream, SendStream};
use wire::shell::{Exit, FromShell, Signal, Size, ToShell};
use wire::stream::{StreamHeader, StreamKind};
use wire::{SessionId, ShellId, Writer};

/// Output between two words about how much was read.
const TELL_BYTES: u64 = 16 << 10;

/// An open shell. Dropping it leaves the shell running for a while, as a lost line does.
pub struct Shell {
    send: SendStream,
    recv: RecvStream,
    buffer: BytesMut,
    /// What to name when coming back.
    pub id: ShellId,
    /// Where its output is read next.
    pub at: u64,
    /// Up to where the endpoint knows that it was read.
    told: u64,
    /// Output that arrived and was not taken by [`Shell::until`].
    shown: Vec<u8>,
}

/// What a shell said next.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    /// Output.
    Bytes(Bytes),
    /// Its program ended.
    Ended(Exit),
}

impl Shell {
    /// Opens a stream for a shell of a session and says the first word on it.
    ///
    /// # Errors
    /// When the relay or the agent refuses.
    pub async fn open(link: &Link, session: SessionId, first: ToShell) -> anyhow::Result<Self> {
        let (mut send, recv) = link.open_bi().await?;
        send.set_priority(Priority::Input);
        let mut out = Writer::new();
        StreamHeader::new(StreamKind::Shell, session).encode(&mut out);
        first.encode(&mut out);
        send.write(&out.into_chunks()).await?;
        let (buffer, id) = (BytesMut::new(), ShellId::default());
        let mut shell = Self { send, recv, buffer, id, at: 0, told: 0, shown: Vec::new() };
        match shell.record().await?.context("the stream ended without a word")? {
            FromShell::Opened { shell: id, from, .. } => (shell.id, shell.at, shell.told) = (id, from, from),
            other => anyhow::bail!("no shell: {other:?}"),
        }
        Ok(shell)
    }

    /// Types.
    ///
    /// # Errors
    /// When the stream is over.
    pub async fn r#type(&mut self, text: impl Into<Bytes>) -> anyhow::Result<()> {
        self.say(&ToShell::Bytes(text.into())).await
    }

    /// Tells it another size.
    ///
    /// # Errors
    /// When the stream is over.
    pub async fn resize(&mut self, size: Size) -> anyhow::Result<()> {
        self.say(&ToShell::Resize(size)).await
    }

    /// Sends a signal to what is in the foreground.
    ///
    /// # Errors
    /// When the stream is over.
    pub async fn signal(&mut self, signal: Signal) -> anyhow::Result<()> {
        self.say(&ToShell::Signal(signal)).await
    }

    /// Ends it.
    ///
    /// # Errors
    /// When the stream is over.
    pub async fn close(&mut self) -> anyhow::Result<()> {
        self.say(&ToShell::Close).await
    }

    /// What it says next.
    ///
    /// # Errors
    /// When the stream is given up from the other side.
    pub async fn next(&mut self) -> anyhow::Result<Said> {
        match self.record().await?.context("the stream ended without the shell")? {
            FromShell::Bytes(bytes) => {
                self.at += bytes.len() as u64;
                if TELL_BYTES <= self.at - self.told {
                    self.told = self.at;
                    self.say(&ToShell::Seen(self.at)).await?;
                }
                Ok(Said::Bytes(bytes))
            }
            FromShell::Ended(exit) => Ok(Said::Ended(exit)),
            other => anyhow::bail!("in the middle of a shell: {other:?}"),
        }
    }

    /// Waits until its output has `text`, and gives all output up to there.
    ///
    /// # Errors
    /// When that is not within `bound`; says what there was instead.
    pub async fn until(&mut self, text: &str, bound: Duration) -> anyhow::Result<String> {
        let seen = timeout(bound, self.read_until(text.as_bytes())).await;
        match seen {
            Ok(seen) => Ok(String::from_utf8_lossy(&seen?).into_owned()),
            Err(_) => anyhow::bail!("no {text:?} in {:?}", String::from_utf8_lossy(&self.shown)),
        }
    }

    /// Waits for its end; output before is skipped.
    ///
    /// # Errors
    /// When that is not within `bound`.
    pub async fn ended(&mut self, bound: Duration) -> anyhow::Result<Exit> {
        let ended = async {
            loop {
                if let Said::Ended(exit) = self.next().await? {
                    return anyhow::Ok(exit);
                }
            }
        };
        timeout(bound, ended).await.context("the shell does not end")?
    }

    async fn read_until(&mut self, text: &[u8]) -> anyhow::Result<Vec<u8>> {
        loop {
            if let Some(at) = self.shown.windows(text.len()).position(|window| window == text) {
                return Ok(self.shown.drain(..at + text.len()).collect());
            }
            match self.next().await? {
                Said::Bytes(bytes) => self.shown.extend_from_slice(&bytes),
                Said::Ended(exit) => anyhow::bail!("the shell ended: {exit:?}"),
            }
        }
    }

    async fn say(&mut self, record: &ToShell) -> anyhow::Result<()> {
        let mut out = Writer::new();
        record.encode(&mut out);
        Ok(self.send.write(&out.into_chunks()).await?)
    }

    async fn record(&mut self) -> anyhow::Result<Option<FromShell>> {
        loop {
            if let Some(record) = FromShell::decode(&mut self.buffer)? {
                return Ok(Some(record));
            }
            match self.recv.read().await? {
                Some(chunk) => self.buffer.extend_from_slice(&chunk),
                None => return Ok(None),
            }
        }
    }
}
