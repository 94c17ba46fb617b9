//! A recorded desktop, played by an agent of ours in real time and watched through a relay and a line.
//!
//! The first picture stands still for a while, so that all of it has come before the second; what it takes is not
//! counted. At the end everybody must have the recording's last picture.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::Context;
use e2e::endpoint::Endpoint;
use e2e::shaper::{Line, Shaper};
use e2e::site::Site;
use e2e::technician;
use transport::client::Preference;
use view::figures::Figures;
use view::technician::Technician;
use wire::RenditionId;
use wire::control::ColorMode;

use crate::codec::clip::{Clip, Outline};

/// 20 ms round trip, and otherwise good.
pub const NEAR: Line = Line::new(Duration::from_millis(10), 0.0, 0, 1);

/// The first picture is shown for so much longer: it comes, and is refined, before the second.
const HOLD: Duration = Duration::from_millis(2500);

/// How long after a recording's end its last picture may come, on a loaded machine.
const END_MAX: Duration = Duration::from_secs(20);

const LOOK: Duration = Duration::from_millis(20);

/// Bound of one question to the relay.
const ASK_MAX: Duration = Duration::from_secs(5);

/// A recording on its stage.
pub struct Play {
    /// The agent that plays.
    pub endpoint: Endpoint,
    site: Site,
    name: String,
    outline: Outline,
    start: Option<Instant>,
}

/// Somebody who watches, and the line between him and the relay.
pub struct Seat {
    /// Who watches.
    pub technician: Technician,
    /// In which colours.
    pub mode: ColorMode,
    _line: Shaper,
}

impl Play {
    /// Starts relay and agent. The recording begins when somebody watches.
    ///
    /// # Errors
    /// When one does not start, or the clip cannot be read.
    pub fn open(clip: &Clip) -> anyhow::Result<Self> {
        let outline = clip.outline()?;
        let site = Site::start()?;
        let platform = format!("fake:{}?hold={}", clip.path.display(), HOLD.as_millis());
        let endpoint = Endpoint::start(&site, &clip.name, &platform)?;
        Ok(Self { endpoint, site, name: clip.name.clone(), outline, start: None })
    }

    /// Viewers come, each behind a line of his own, and watch in a mode; all at once, after all have logged in.
    ///
    /// # Errors
    /// When one gets no picture.
    pub async fn join(&mut self, viewers: &[(Line, ColorMode)]) -> anyhow::Result<Vec<Seat>> {
        let mut guests = Vec::new();
        for &(line, mode) in viewers {
            let line = Shaper::start(self.site.ready().udp, line)?;
            let entry = technician::log_in_by(&self.site, Preference::Quic, line.address()).await?;
            guests.push((line, entry, mode));
        }
        self.start.get_or_insert_with(Instant::now);
        let name = &self.name;
        let joining = guests.into_iter().map(|(line, entry, mode)| async move {
            let technician = technician::join_in(&entry, name, mode).await?;
            anyhow::Ok(Seat { technician, mode, _line: line })
        });
        futures_util::future::try_join_all(joining).await
    }

    /// As [`Play::join`], for one.
    ///
    /// # Errors
    /// When he gets no picture.
    pub async fn join_one(&mut self, line: Line, mode: ColorMode) -> anyhow::Result<Seat> {
        self.join(&[(line, mode)]).await?.pop().context("a seat")
    }

    /// The moment when so much of the recording has passed.
    pub fn at(&self, time: Duration) -> Instant {
        self.start.unwrap_or_else(Instant::now) + HOLD + time
    }

    /// How long it lasts after its first picture.
    pub fn length(&self) -> Duration {
        self.outline.length
    }

    /// Pictures of the recording.
    pub fn frames(&self) -> u32 {
        self.outline.frames
    }

    /// Waits until the first picture is over; what came so far is not counted.
    ///
    /// # Errors
    /// When somebody who sees all colours has another picture than the recording's first.
    pub async fn first(&self, seats: &[&Seat]) -> anyhow::Result<()> {
        let end = self.at(Duration::ZERO) - 4 * LOOK;
        for seat in seats.iter().filter(|seat| seat.mode == ColorMode::AllColors) {
            until_hash(seat, &self.outline.first, end).await.context("the first picture")?;
        }
        tokio::time::sleep_until(end.into()).await;
        seats.iter().for_each(|seat| seat.technician.reset_figures());
        Ok(())
    }

    /// Waits until the recording is over, and gives what each seat got.
    ///
    /// # Errors
    /// When somebody who sees all colours does not get the last picture, to the pixel.
    pub async fn last(&self, seats: &[&Seat]) -> anyhow::Result<Vec<Figures>> {
        // The last picture may have been there before: the time must be over, too.
        tokio::time::sleep_until((self.at(self.length()) + 10 * LOOK).into()).await;
        let end = Instant::now() + END_MAX;
        for (number, seat) in seats.iter().enumerate() {
            if seat.mode == ColorMode::AllColors {
                let what = || format!("the last picture of viewer {number}");
                until_hash(seat, &self.outline.last, end).await.with_context(what)?;
            }
        }
        Ok(seats.iter().map(|seat| seat.technician.figures()).collect())
    }

    /// Screen bytes that the relay has got from the agent.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn uplink_bytes(&self) -> anyhow::Result<f64> {
        let mut socket = TcpStream::connect_timeout(&self.site.ready().http, ASK_MAX)?;
        socket.set_read_timeout(Some(ASK_MAX))?;
        socket.write_all(b"GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer)?;
        let counter = "nearhand_stream_bytes_total{kind=\"screen\",way=\"in\"} ";
        let value = answer.lines().find_map(|line| line.strip_prefix(counter));
        Ok(value.with_context(|| format!("no {counter}in the relay's metrics"))?.trim().parse()?)
    }
}

impl Seat {
    /// What he watches.
    pub fn rendition(&self) -> RenditionId {
        RenditionId::of(0, self.mode)
    }
}

/// What one viewer near the relay gets of a recording, and what the relay gets for him.
///
/// # Errors
/// When a part does not start, or he does not get the first and the last picture.
pub async fn alone(clip: &Clip) -> anyhow::Result<(Figures, f64)> {
    let mut play = Play::open(clip)?;
    let seat = play.join_one(NEAR, ColorMode::AllColors).await?;
    play.first(&[&seat]).await?;
    let before = play.uplink_bytes()?;
    let seen = play.last(&[&seat]).await?;
    let uplink_bytes = play.uplink_bytes()? - before;
    Ok((seen.into_iter().next().unwrap_or_default(), uplink_bytes))
}

async fn until_hash(seat: &Seat, wanted: &str, end: Instant) -> anyhow::Result<()> {
    while seat.technician.hash(seat.rendition()).is_none_or(|hash| hash != wanted) {
        anyhow::ensure!(Instant::now() < end, "the picture is not the recording's");
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}
