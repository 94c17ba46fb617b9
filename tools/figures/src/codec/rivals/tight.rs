//! TigerVNC's own server on the replayed frames: each is drawn on its root window, and the next waits until the client
//! has it, to the pixel. Tight, without loss.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use e2e::process::Process;
use e2e::wait;
use frame::{PIXEL_BYTES, Picture, Rect, Size};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, CreateGCAux, Gcontext, ImageFormat, Window};
use x11rb::rust_connection::RustConnection;

use crate::codec::clip::Clip;
use crate::codec::coded::Cost;
use crate::codec::ours::{COMPARED_EVERY, is_same};
use crate::rfb::{Client, Encoding};

/// How it is called.
pub const NAME: &str = "TigerVNC Tight";

/// How long a start, or one picture, may take.
const BOUND: Duration = Duration::from_secs(20);

/// Pixels of one request to the X server, in bytes: below its limit for plain requests.
const IMAGE_BYTES_MAX: usize = 200_000;

/// Draws a clip and counts what its client gets.
///
/// # Errors
/// When the server is missing or fails, the clip cannot be read, or a picture does not come.
pub fn cost(clip: &Clip) -> anyhow::Result<Cost> {
    let mut playback = benches::Playback::open(&clip.path)?;
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let server = start(playback.size(), port)?;
    let canvas = Canvas::open(&server.1)?;
    let mut client: Option<Client> = None;
    let (mut cost, mut drawing, mut first) = (Cost::default(), Duration::ZERO, (0, Duration::ZERO));
    while let Some((wanted, damage)) = playback.next_frame()? {
        let before = cpu_time(server.0.id())?;
        canvas.draw(wanted, damage)?;
        drawing += cpu_time(server.0.id())? - before;
        let client = match &mut client {
            Some(client) => client,
            none => none.insert(connect(port)?),
        };
        client.until(BOUND, |picture| is_same_within(picture, wanted, damage))?;
        if cost.frames == 0 {
            first = client.received();
        }
        if cost.frames % COMPARED_EVERY == 0 {
            client.until(BOUND, |picture| is_same(picture, wanted))?;
            cost.quality.add(wanted, wanted);
        }
        cost.frames += 1;
    }
    let (bytes, decode) = client.context("no frames")?.received();
    cost.bytes = bytes - first.0;
    cost.decode = decode;
    cost.encode = cpu_time(server.0.id())?.saturating_sub(drawing);
    Ok(cost)
}

/// The server and its display's name.
fn start(size: Size, port: u16) -> anyhow::Result<(Process, String)> {
    let mut command = Command::new("Xtigervnc");
    command.args([
        "-displayfd",
        "1",
        "-geometry",
        &size.to_string(),
        "-depth",
        "24",
        "-SecurityTypes",
        "None",
    ]);
    command.args(["-localhost", "-rfbport", &port.to_string(), "-FrameRate", "240", "-nolisten", "tcp"]);
    let mut server =
        Process::start("Xtigervnc", &mut command).context("Debian package tigervnc-standalone-server")?;
    let number = server.line("its display number", BOUND, |line| line.trim().parse::<u32>().ok())?;
    Ok((server, format!(":{number}")))
}

fn connect(port: u16) -> anyhow::Result<Client> {
    let socket = wait::until(NAME, BOUND, || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok())?;
    Client::connect(socket, Encoding::Tight)
}

/// The root window, drawn upon.
struct Canvas {
    connection: RustConnection,
    root: Window,
    context: Gcontext,
    depth: u8,
}

impl Canvas {
    fn open(display: &str) -> anyhow::Result<Self> {
        let (connection, screen) = x11rb::connect(Some(display))?;
        let screen = connection.setup().roots.get(screen).context("a screen")?;
        let (root, depth) = (screen.root, screen.root_depth);
        let context = connection.generate_id()?;
        connection.create_gc(context, root, &CreateGCAux::new())?.check()?;
        Ok(Self { connection, root, context, depth })
    }

    /// Draws what changed, and waits until it is drawn.
    fn draw(&self, picture: &Picture, damage: &[Rect]) -> anyhow::Result<()> {
        for rect in damage {
            let rows = (IMAGE_BYTES_MAX / (PIXEL_BYTES * rect.width.max(1) as usize)).max(1);
            for y in (rect.y..rect.bottom()).step_by(rows) {
                let part = Rect::new(rect.x, y, rect.width, (rect.bottom() - y).min(rows as u32));
                let pixels: Vec<u8> = picture.frame().rows(part).flatten().copied().collect();
                let (width, height) = (u16::try_from(part.width)?, u16::try_from(part.height)?);
                let (x, y) = (i16::try_from(part.x)?, i16::try_from(part.y)?);
                let (format, to) = (ImageFormat::Z_PIXMAP, self.root);
                let drawn = self.connection.put_image(
                    format,
                    to,
                    self.context,
                    width,
                    height,
                    x,
                    y,
                    0,
                    self.depth,
                    &pixels,
                )?;
                drawn.check()?;
            }
        }
        Ok(())
    }
}

fn is_same_within(picture: &Picture, wanted: &Picture, damage: &[Rect]) -> bool {
    let color = |pixel: &[u8]| [pixel[0], pixel[1], pixel[2]];
    damage.iter().all(|&rect| {
        let rows = picture.frame().rows(rect).zip(wanted.frame().rows(rect));
        rows.into_iter().all(|(shown, wanted)| {
            shown.chunks_exact(PIXEL_BYTES).map(color).eq(wanted.chunks_exact(PIXEL_BYTES).map(color))
        })
    })
}

/// Of all threads of a process that runs, in nanoseconds, as the scheduler counts.
fn cpu_time(process: u32) -> anyhow::Result<Duration> {
    let mut sum = Duration::ZERO;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let counted = fs::read_to_string(thread?.path().join("schedstat"))?;
        let nanoseconds = counted.split_whitespace().next().context("schedstat")?;
        sum += Duration::from_nanos(nanoseconds.parse()?);
    }
    Ok(sum)
}
