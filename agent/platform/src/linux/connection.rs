//! One connection to an X server, and the only place that waits for it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::{
    event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll},
    fd::OwnedFd,
    io::Errno,
};
use x11rb::{
    connection::{Connection, RequestConnection},
    errors::{ConnectionError, ReplyError, ReplyOrIdError},
    protocol::{
        Event,
        xproto::{Screen, Window},
    },
    rust_connection::RustConnection,
};

use crate::{Lost, OpenError, Waker};

pub(super) struct Server {
    pub(super) conn: RustConnection,
    pub(super) root: Window,
    screen: usize,
    wake: Arc<OwnedFd>,
}

/// Why a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// The server sent something: read the events.
    Event,
    /// The time is over, or somebody used the waker.
    Quiet,
}

impl Server {
    pub(super) fn connect(display: &str) -> Result<Self, OpenError> {
        let refused = |reason: String| OpenError::Connect { display: display.to_owned(), reason };
        let (conn, screen) =
            RustConnection::connect(Some(display)).map_err(|error| refused(error.to_string()))?;
        let root = conn.setup().roots.get(screen).ok_or_else(|| refused("it has no screen".into()))?.root;
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK);
        let wake = Arc::new(wake.map_err(|error| refused(error.to_string()))?);
        Ok(Self { conn, root, screen, wake })
    }

    /// The screen as it was when the connection was made: sizes may have changed since.
    pub(super) fn screen(&self) -> Option<&Screen> {
        self.conn.setup().roots.get(self.screen)
    }

    /// Fails where the server lacks an extension.
    pub(super) fn require(&self, extension: &'static str) -> Result<(), OpenError> {
        if self.has(extension)? { Ok(()) } else { Err(OpenError::Missing(extension)) }
    }

    pub(super) fn has(&self, extension: &'static str) -> Result<bool, Lost> {
        Ok(self.conn.extension_information(extension)?.is_some())
    }

    /// Sends what was asked and takes the next event that is here already.
    ///
    /// Errors of requests that nobody waits for are told to the log and skipped.
    pub(super) fn next_event(&self) -> Result<Option<Event>, Lost> {
        self.conn.flush()?;
        while let Some(event) = self.conn.poll_for_event()? {
            let Event::Error(error) = event else { return Ok(Some(event)) };
            tracing::debug!(?error, "the X server refused a request");
        }
        Ok(None)
    }

    /// Blocks in `poll` until the server sends something, the deadline passes, or the waker is used.
    ///
    /// Call it only once [`Self::next_event`] gave `None`: events that are here already do not end it.
    pub(super) fn wait(&self, deadline: Instant) -> Result<Ended, Lost> {
        // Checked here, so that a server that always has something to say cannot stretch the wait.
        if deadline <= Instant::now() {
            return Ok(Ended::Quiet);
        }
        let mut both =
            [PollFd::new(self.conn.stream(), PollFlags::IN), PollFd::new(&self.wake, PollFlags::IN)];
        poll_until(&mut both, deadline)?;
        let [server, wake] = both;
        if !wake.revents().is_empty() {
            self.take_wake();
            return Ok(Ended::Quiet);
        }
        Ok(if server.revents().is_empty() { Ended::Quiet } else { Ended::Event })
    }

    /// Lets time pass without looking at the server; `true` where the waker ended it.
    pub(super) fn pause(&self, deadline: Instant) -> Result<bool, Lost> {
        let mut wake = [PollFd::new(&self.wake, PollFlags::IN)];
        poll_until(&mut wake, deadline)?;
        let woken = !wake[0].revents().is_empty();
        if woken {
            self.take_wake();
        }
        Ok(woken)
    }

    pub(super) fn waker(&self) -> Waker {
        let wake = Arc::clone(&self.wake);
        Waker::new(move || {
            // A full counter already wakes, so a refused write changes nothing.
            let _ = rustix::io::write(&wake, &1u64.to_ne_bytes());
        })
    }

    fn take_wake(&self) {
        // Somebody else cannot have emptied it; if the read fails all the same, the next wait ends early.
        let _ = rustix::io::read(&self.wake, &mut [0u8; 8]);
    }
}

/// When a wait that begins now ends; waits of more than a day end after a day.
pub(super) fn deadline(wait: Duration) -> Instant {
    Instant::now() + wait.min(Duration::from_secs(86_400))
}

fn poll_until(fds: &mut [PollFd<'_>], deadline: Instant) -> Result<(), Lost> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: left.subsec_nanos().into() };
        match poll(fds, Some(&left)) {
            Ok(_) => return Ok(()),
            Err(Errno::INTR) => {}
            Err(error) => return Err(Lost(error.to_string())),
        }
    }
}

impl From<ConnectionError> for Lost {
    fn from(error: ConnectionError) -> Self {
        Self(error.to_string())
    }
}

impl From<ReplyError> for Lost {
    fn from(error: ReplyError) -> Self {
        Self(error.to_string())
    }
}

impl From<ReplyOrIdError> for Lost {
    fn from(error: ReplyOrIdError) -> Self {
        Self(error.to_string())
    }
}
