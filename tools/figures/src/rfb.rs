//! A small client of RFB 3.8, to measure VNC servers with: no security, pixels as they are (Raw) and moves
//! (CopyRect), and always one request for changes of the whole screen under way.
//!
//! On loopback that favours the server: it neither codes nor compresses. It does not show the pointer.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use frame::{PIXEL_BYTES, Picture, Point, Rect, Size};

const RAW: i32 = 0;
const COPY_RECT: i32 = 1;
/// The pointer's shape, as an image and a mask: a server that may send it does not draw it into the picture.
const CURSOR: i32 = -239;

/// 32 bits a pixel, little-endian, blue in the lowest byte, as the X server has them.
const PIXEL_FORMAT: [u8; 16] = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0];

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
    ended: Option<String>,
}

impl Client {
    /// Connects to a server and asks for its first picture.
    ///
    /// # Errors
    /// When it is no such server, or wants a password.
    pub fn connect(socket: TcpStream) -> anyhow::Result<Self> {
        socket.set_nodelay(true)?;
        let mut reader = BufReader::with_capacity(256 << 10, socket.try_clone()?);
        let mut writer = socket.try_clone()?;
        let size = greet(&mut reader, &mut writer)?;
        let picture = Picture::new(size)?;
        let state = Mutex::new(State { picture, ended: None });
        let shared = Arc::new(Shared { state, changed: Condvar::new() });
        request(&mut writer, size, false)?;
        let keeping = Arc::clone(&shared);
        std::thread::spawn(move || {
            let ended = keep(&mut reader, &mut writer, &keeping);
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
fn greet(reader: &mut impl Read, writer: &mut impl Write) -> anyhow::Result<Size> {
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
    let encodings = [COPY_RECT, RAW, CURSOR];
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

/// Reads what the server sends until it is gone.
fn keep(reader: &mut impl Read, writer: &mut impl Write, shared: &Shared) -> anyhow::Result<()> {
    let size = lock(&shared.state).picture.size();
    loop {
        let [kind] = take(reader)?;
        match kind {
            0 => {
                // The next request is on its way while this answer is still read.
                request(writer, size, true)?;
                update(reader, shared)?;
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

fn update(reader: &mut impl Read, shared: &Shared) -> anyhow::Result<()> {
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

fn take<const N: usize>(reader: &mut impl Read) -> anyhow::Result<[u8; N]> {
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
