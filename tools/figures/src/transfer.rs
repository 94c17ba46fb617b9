//! What file transfers are compared with: bytes, a file, and tar, over one bare quinn stream through a forwarder.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::Context;
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use transport::Link;

use crate::hops::{Forwarder, Side};

/// Bytes that are written at once.
const CHUNK_BYTES: usize = 256 << 10;

/// Two links through a forwarder: what is written to the first arrives at the second.
pub struct TwoHops {
    /// Kept: it forwards.
    _forwarder: Forwarder,
    source: Link,
    sink: Link,
}

impl TwoHops {
    /// Starts the forwarder and both links.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start() -> anyhow::Result<Self> {
        let forwarder = Forwarder::start()?;
        let sink = forwarder.link(Side::Sink, 0).await?;
        let source = forwarder.link(Side::Source, 0).await?;
        Ok(Self { _forwarder: forwarder, source, sink })
    }

    /// Sends so many bytes on one stream; gives how long that took.
    ///
    /// # Errors
    /// When not all arrive.
    pub async fn send_bytes(&self, length: u64) -> anyhow::Result<Duration> {
        let start = Instant::now();
        let send = async {
            let chunk = Bytes::from(vec![0xa5; CHUNK_BYTES]);
            let mut stream = self.source.open_uni().await?;
            for _ in 0..length / CHUNK_BYTES as u64 {
                stream.write(std::slice::from_ref(&chunk)).await?;
            }
            anyhow::Ok(stream.finish()?)
        };
        let receive = async {
            let mut stream = self.sink.accept_uni().await?;
            let mut arrived = 0;
            while let Some(chunk) = stream.read().await? {
                arrived += chunk.len() as u64;
            }
            anyhow::Ok(arrived)
        };
        let ((), arrived) = tokio::try_join!(send, receive)?;
        let expected = length / CHUNK_BYTES as u64 * CHUNK_BYTES as u64;
        anyhow::ensure!(arrived == expected, "{arrived} of {expected} bytes arrived");
        Ok(start.elapsed())
    }

    /// Sends a file on one stream: read and hashed here, hashed and written there, as no transfer can do without; gives
    /// how long that took.
    ///
    /// # Errors
    /// When the hashes differ.
    pub async fn send_file(&self, from: &File, to: &File) -> anyhow::Result<Duration> {
        let start = Instant::now();
        let length = from.metadata()?.len();
        let send = async {
            let (mut hasher, mut at) = (blake3::Hasher::new(), 0);
            let mut stream = self.source.open_uni().await?;
            while at < length {
                let part = CHUNK_BYTES.min(usize::try_from(length - at)?);
                let mut chunk = BytesMut::zeroed(part);
                from.read_exact_at(&mut chunk, at)?;
                hasher.update(&chunk);
                at += part as u64;
                stream.write(&[chunk.freeze()]).await?;
            }
            stream.finish()?;
            anyhow::Ok(hasher.finalize())
        };
        let receive = async {
            let (mut hasher, mut at) = (blake3::Hasher::new(), 0);
            let mut stream = self.sink.accept_uni().await?;
            while let Some(chunk) = stream.read_much().await? {
                hasher.update(&chunk);
                to.write_all_at(&chunk, at)?;
                at += chunk.len() as u64;
            }
            anyhow::Ok(hasher.finalize())
        };
        let (sent, arrived) = tokio::try_join!(send, receive)?;
        anyhow::ensure!(sent == arrived, "what arrived is not what was sent");
        Ok(start.elapsed())
    }

    /// Packs a directory, sends it on one stream and unpacks it elsewhere; gives how long that took.
    ///
    /// # Errors
    /// When tar fails on either side.
    pub async fn send_tar(&self, from: &Path, to: &Path) -> anyhow::Result<Duration> {
        let start = Instant::now();
        let send = async {
            let (above, name) = (from.parent().context("a folder")?, from.file_name().context("a name")?);
            let mut tar = Command::new("tar");
            let mut tar = tar.arg("-cf-").arg("-C").arg(above).arg(name).stdout(Stdio::piped()).spawn()?;
            let mut out = tar.stdout.take().context("the output of tar")?;
            let mut stream = self.source.open_uni().await?;
            loop {
                let mut buffer = BytesMut::with_capacity(CHUNK_BYTES);
                if out.read_buf(&mut buffer).await? == 0 {
                    break;
                }
                stream.write(&[buffer.freeze()]).await?;
            }
            stream.finish()?;
            anyhow::ensure!(tar.wait().await?.success(), "tar cannot pack");
            anyhow::Ok(())
        };
        let receive = async {
            let mut stream = self.sink.accept_uni().await?;
            let mut tar = Command::new("tar").arg("-xf-").arg("-C").arg(to).stdin(Stdio::piped()).spawn()?;
            let mut input = tar.stdin.take().context("the input of tar")?;
            while let Some(chunk) = stream.read().await? {
                input.write_all(&chunk).await?;
            }
            drop(input);
            anyhow::ensure!(tar.wait().await?.success(), "tar cannot unpack");
            anyhow::Ok(())
        };
        tokio::try_join!(send, receive)?;
        Ok(start.elapsed())
    }
}
