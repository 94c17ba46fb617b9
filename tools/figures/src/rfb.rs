//! A small client of RFB 3.8, to measure VNC servers with: no security, pixels as they are (Raw) or as Tight codes
//! them, moves (CopyRect), and always one request for changes of the whole screen under way.
//!
//! On loopback Raw favours the server: it neither codes nor compresses. The pointer is not shown.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use frame::{PIXEL_BYTES, Picture, Point, Rect, Size};

use crate::cpu::thread_time;
use crate::tight;

const RAW: i32 = 0;
const COPY_RECT: i32 = 1;
const TIGHT: i32 = 7;
/// The pointer's shape, as an image and a mask: a server that may send it does not draw it into the picture.
const CURSOR: i32 = -239;

/// 32 bits a pixel, little-endian, blue in the lowest byte, as the X server has them.
const PIXEL_FORMAT: [u8; 16] = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0];

/// How a server is asked to code pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As they are.
    Raw,
    /// Without loss, as small as Tight makes them.
    Tight,
}

/// A connected client; a thread of its own keeps the picture.
pub struct Client {
    socket: TcpStream,
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    picture: Picture,
    bytes: u64,
    decode: Duration,
    ended: Option<String>,
}

impl Client {
    /// Connects to a server and asks for its first picture.
    ///
    /// # Errors
    /// When it is no such server, or wants a password.
    pub fn connect(socket: TcpStream, encoding: Encoding) -> anyhow::Result<Self> {
        socket.set_nodelay(true)?;
        let mut reader = BufReader::with_capacity(256 << 10, socket.try_clone()?);
        let mut writer = socket.try_clone()?;
        let size = greet(&mut reader, &mut writer, encoding)?;
        let picture = Picture::new(size)?;
        let state = Mutex::new(State { picture, bytes: 0, decode: Duration::ZERO, ended: None });
        let shared = Arc::new(Shared { state, changed: Condvar::new() });
        request(&mut writer, size, false)?;
        let keeping = Arc::clone(&shared);
        std::thread::spawn(move || {
            let ended = keep(&mut Counted { reader, bytes: 0 }, &mut writer, &keeping);
            let why = ended.err().map_or_else(String::new, |error| format!("{error:#}"));
            lock(&keeping.state).ended = Some(why);
            keeping.changed.notify_all();
        });
        Ok(Self { socket, shared })
    }

    /// Presses or releases a key by its X keysym.
    ///
    /// # Errors
    /// When the server is gone.
    pub fn key(&mut self, keysym: u32, down: bool) -> anyhow::Result<()> {
        let mut message = vec![4, u8::from(down), 0, 0];
        message.extend(keysym.to_be_bytes());
        Ok(self.socket.write_all(&message)?)
    }

    /// Bytes of all updates so far, and the CPU time that reading and decoding them took.
    pub fn received(&self) -> (u64, Duration) {
        let state = lock(&self.shared.state);
        (state.bytes, state.decode)
    }

    /// Waits until the picture satisfies `is_there`.
    ///
    /// # Errors
    /// When it does not within `bound`, or the server is gone.
    pub fn until(&self, bound: Duration, is_there: impl Fn(&Picture) -> bool) -> anyhow::Result<()> {
        let end = Instant::now() + bound;
        let mut state = lock(&self.shared.state);
        while !is_there(&state.picture) {
            if let Some(why) = &state.ended {
                anyhow::bail!("the server is gone: {why}");
            }
            let left = end.saturating_duration_since(Instant::now());
            anyhow::ensure!(!left.is_zero(), "the picture: not within {bound:?}");
            let waited = self.shared.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // The thread sees the end of the stream; one that is closed already is as good.
        let _ = self.socket.shutdown(std::net::Shutdown::Both);
    }
}

/// Versions, no security, a shared desktop, our pixels and encodings. Gives the size of the screen.
fn greet(reader: &mut impl Read, writer: &mut impl Write, encoding: Encoding) -> anyhow::Result<Size> {
    let version: [u8; 12] = take(reader)?;
    anyhow::ensure!(version.starts_with(b"RFB 003."), "not an RFB server");
    writer.write_all(b"RFB 003.008\n")?;
    let [kinds] = take(reader)?;
    let mut offered = vec![0; usize::from(kinds)];
    reader.read_exact(&mut offered)?;
    anyhow::ensure!(offered.contains(&1), "the server wants a password");
    writer.write_all(&[1])?;
    anyhow::ensure!(take::<4>(reader)? == [0; 4], "the server refuses");
    writer.write_all(&[1])?;
    let size = Size::new(u32::from(u16_from(reader)?), u32::from(u16_from(reader)?));
    let _its_format: [u8; 16] = take(reader)?;
    skip_text(reader)?;
    writer.write_all(&[0; 4])?;
    writer.write_all(&PIXEL_FORMAT)?;
    let pixels = if encoding == Encoding::Tight { TIGHT } else { RAW };
    let encodings = [COPY_RECT, pixels, CURSOR];
    writer.write_all(&[2, 0, 0, encodings.len() as u8])?;
    writer.write_all(&encodings.map(i32::to_be_bytes).concat())?;
    Ok(size)
}

fn request(writer: &mut impl Write, size: Size, changes_only: bool) -> anyhow::Result<()> {
    let mut message = vec![3, u8::from(changes_only), 0, 0, 0, 0];
    message.extend(u16::try_from(size.width)?.to_be_bytes());
    message.extend(u16::try_from(size.height)?.to_be_bytes());
    Ok(writer.write_all(&message)?)
}

/// A reader that knows how many bytes it has read.
struct Counted<R> {
    reader: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let bytes = self.reader.read(buffer)?;
        self.bytes += bytes as u64;
        Ok(bytes)
    }
}

/// Reads what the server sends until it is gone.
fn keep(reader: &mut Counted<impl Read>, writer: &mut impl Write, shared: &Shared) -> anyhow::Result<()> {
    let size = lock(&shared.state).picture.size();
    let mut tight = tight::Decoder::default();
    loop {
        let [kind] = take(reader)?;
        match kind {
            0 => {
                // The next request is on its way while this answer is still read.
                request(writer, size, true)?;
                let (start, before) = (thread_time(), reader.bytes);
                update(reader, shared, &mut tight)?;
                let state = &mut *lock(&shared.state);
                state.decode += thread_time() - start;
                state.bytes += reader.bytes - before;
                shared.changed.notify_all();
            }
            2 => {}
            3 => {
                let [_, _, _] = take(reader)?;
                skip_text(reader)?;
            }
            other => anyhow::bail!("a message of kind {other}"),
        }
    }
}

fn update(reader: &mut impl Read, shared: &Shared, tight: &mut tight::Decoder) -> anyhow::Result<()> {
    let [_] = take(reader)?;
    let mut pixels = Vec::new();
    for _ in 0..u16_from(reader)? {
        let (x, y) = (u32::from(u16_from(reader)?), u32::from(u16_from(reader)?));
        let (width, height) = (u32::from(u16_from(reader)?), u32::from(u16_from(reader)?));
        let rect = Rect::new(x, y, width, height);
        let area = width as usize * height as usize;
        match i32::from_be_bytes(take(reader)?) {
            RAW => {
                pixels.resize(PIXEL_BYTES * area, 0);
                reader.read_exact(&mut pixels)?;
            }
            COPY_RECT => {
                let from = Point::new(u32::from(u16_from(reader)?), u32::from(u16_from(reader)?));
                pixels = cut(&lock(&shared.state).picture, from, rect);
            }
            TIGHT => tight.decode(reader, rect.size(), &mut pixels)?,
            CURSOR => {
                skip(reader, (PIXEL_BYTES * area) as u64 + u64::from(width.div_ceil(8) * height))?;
                continue;
            }
            other => anyhow::bail!("an encoding that was not offered: {other}"),
        }
        anyhow::ensure!(lock(&shared.state).picture.write(rect, &pixels), "{rect:?} is outside");
    }
    Ok(())
}

/// The pixels at `from`, as large as `like`.
fn cut(picture: &Picture, from: Point, like: Rect) -> Vec<u8> {
    picture.frame().rows(Rect::new(from.x, from.y, like.width, like.height)).flatten().copied().collect()
}

pub(crate) fn take<const N: usize>(reader: &mut impl Read) -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn u16_from(reader: &mut impl Read) -> anyhow::Result<u16> {
    Ok(u16::from_be_bytes(take(reader)?))
}

/// A name or a clipboard's text behind its length.
fn skip_text(reader: &mut impl Read) -> anyhow::Result<()> {
    let bytes = u32::from_be_bytes(take(reader)?);
    skip(reader, bytes.into())
}

fn skip(reader: &mut impl Read, bytes: u64) -> anyhow::Result<()> {
    let skipped = std::io::copy(&mut reader.take(bytes), &mut std::io::sink())?;
    (skipped == bytes).then_some(()).context("the stream ended")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
