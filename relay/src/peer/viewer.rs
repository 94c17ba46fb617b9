//! Sends one technician what he sees of one session: the pointer, and as much of the picture as his link takes
//! soon.
//!
//! Nothing is queued here. An update is taken from the plane only when there is room for it and a stream to send
//! it on, because what was taken counts as had.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use proto::liveness::LinkClock;
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use transport::{Link, LinkError, Priority, SendStream, StreamError};
use wire::Writer;
use wire::close::CloseCode;
use wire::stream::{StreamHeader, StreamKind};

use crate::registry::Place;
use crate::session::{CursorSeen, Ending};
use crate::site::Site;

/// While something is due and the link is full, look again at least this often: acknowledgements usually wake
/// sooner.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// One technician's view of one session.
pub(super) struct Viewer {
    site: Arc<Site>,
    link: Link,
    place: Place,
    wake: Arc<Notify>,
    end: Ending,
    /// The clock on which captures are stamped.
    clock: LinkClock,
    /// The rate that the session was told last.
    told_rate: u64,
    /// A stream that was opened for an update that was not there after all.
    spare: Option<SendStream>,
    cursor: Option<SendStream>,
    /// Whether he stopped the stream of the pointer: he gets no other, and keeps his link.
    is_cursor_unwanted: bool,
    cursor_seen: CursorSeen,
}

/// Why nothing more is sent.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("a write did not end in time")]
    TooSlow,
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error(transparent)]
    Link(#[from] LinkError),
}

impl Viewer {
    pub(super) fn new(site: &Arc<Site>, link: Link, place: Place, wake: Arc<Notify>, end: Ending) -> Self {
        Self {
            site: Arc::clone(site),
            clock: LinkClock::starting(site.started),
            told_rate: 0,
            spare: None,
            cursor: None,
            is_cursor_unwanted: false,
            cursor_seen: CursorSeen::default(),
            link,
            place,
            wake,
            end,
        }
    }

    /// Sends until the technician leaves or his link fails. An update that was begun is sent to its end.
    pub(super) async fn run(mut self, leave: CancellationToken) {
        // Both waits last over many wakes: to begin them anew each time would cost more than the rest of a wake.
        let mut leaving = pin!(leave.cancelled());
        let mut alarm = pin!(tokio::time::sleep(Duration::ZERO));
        loop {
            let revision = self.link.meter().revision();
            let wait = match self.send().await {
                Ok(wait) => wait,
                Err(failed) => return self.failed(&failed),
            };
            let until = self.until(wait);
            if let Some(until) = until {
                alarm.as_mut().reset(until.into());
            }
            tokio::select! {
                biased;
                () = leaving.as_mut() => return,
                () = self.wake.notified() => {}
                () = self.link.meter().changed(revision), if wait == Wait::Room => {}
                () = alarm.as_mut(), if until.is_some() => self.place.session.tick(Instant::now()),
            }
        }
    }

    /// Sends what is due and has room; says what to wait for.
    async fn send(&mut self) -> Result<Wait, Failed> {
        self.send_cursor().await?;
        while self.place.session.is_due(self.place.seat) {
            let now = Instant::now();
            let room = self.link.meter().room();
            self.note_rate();
            if room == 0 {
                return Ok(Wait::Room);
            }
            let stream = match self.spare.take() {
                Some(stream) => Some(stream),
                None => self.link.try_open_uni()?,
            };
            let Some(mut stream) = stream else { return Ok(Wait::Room) };
            let bytes_max = room.min(self.site.config.links.update_bytes_max);
            let Some(update) = self.place.session.take(now, self.place.seat, bytes_max) else {
                self.spare = Some(stream);
                return Ok(Wait::Room);
            };
            stream.set_priority(Priority::Screen(update.header.number));
            self.write(&mut stream, &update.encode()).await?;
            stream.finish()?;
            self.site.metrics.update_write_seconds.record(now.elapsed());
            if !update.operations.is_empty() {
                let age_us = self.clock.at(now).wrapping_sub(update.header.captured_us);
                self.site.metrics.picture_age_seconds.record(Duration::from_micros(u64::from(age_us)));
            }
            self.site.metrics.updates_out.increment(1);
            self.send_cursor().await?;
        }
        Ok(Wait::News)
    }

    async fn send_cursor(&mut self) -> Result<(), Failed> {
        if self.is_cursor_unwanted {
            return Ok(());
        }
        let mut seen = self.cursor_seen;
        let mut records = self.place.session.cursor_since(&mut seen);
        if records.is_empty() {
            return Ok(());
        }
        let mut stream = match self.cursor.take() {
            Some(stream) => stream,
            None => {
                let Some(mut stream) = self.link.try_open_uni()? else { return Ok(()) };
                stream.set_priority(Priority::Cursor);
                let mut header = Writer::new();
                StreamHeader::new(StreamKind::Cursor, self.place.session.id).encode(&mut header);
                records.insert(0, header.into_bytes());
                stream
            }
        };
        let limit = self.site.config.links.write_timeout();
        match timeout(limit, stream.write(&records)).await.map_err(|_| Failed::TooSlow)? {
            Err(StreamError::Stopped(_)) => {
                self.is_cursor_unwanted = true;
                return Ok(());
            }
            written => written?,
        }
        let bytes = records.iter().map(Bytes::len).sum();
        self.site.metrics.wrote(StreamKind::Cursor, bytes);
        self.cursor = Some(stream);
        self.cursor_seen = seen;
        Ok(())
    }

    async fn write(&self, stream: &mut SendStream, chunks: &[Bytes]) -> Result<(), Failed> {
        let limit = self.site.config.links.write_timeout();
        timeout(limit, stream.write(chunks)).await.map_err(|_| Failed::TooSlow)??;
        let bytes: usize = chunks.iter().map(Bytes::len).sum();
        self.site.metrics.screen_out_bytes.increment(bytes as u64);
        Ok(())
    }

    fn note_rate(&mut self) {
        let rate = self.link.meter().rate().unwrap_or(0);
        if rate != self.told_rate {
            self.told_rate = rate;
            self.place.session.note_rate(self.place.seat, rate);
        }
    }

    /// When to look again even if nothing wakes.
    fn until(&self, wait: Wait) -> Option<Instant> {
        let look = (wait == Wait::Room).then(|| {
            let paced = Some(self.link.meter().pause()).filter(|pause| !pause.is_zero());
            Instant::now() + paced.unwrap_or(LOOK_AGAIN)
        });
        self.place.session.deadline().into_iter().chain(look).min()
    }

    fn failed(&self, failed: &Failed) {
        tracing::debug!(peer = %self.link.peer(), session = %self.place.session.id, %failed, "stopped sending");
        match failed {
            Failed::TooSlow => self.end.now(CloseCode::TooSlow),
            // Updates are numbered without gaps: who stops one cannot go on.
            Failed::Stream(StreamError::Stopped(_) | StreamError::Closed) => {
                self.end.now(CloseCode::OutOfOrder);
            }
            Failed::Stream(_) | Failed::Link(_) => {}
        }
    }
}

/// What a viewer waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// Something changed.
    News,
    /// Something is due, and the link is full.
    Room,
}
