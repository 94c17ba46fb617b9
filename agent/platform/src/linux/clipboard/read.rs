//! Asks the selection's owner for what it has, whole or in pieces.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use x11rb::protocol::{
    Event,
    xproto::{Atom, AtomEnum, ConnectionExt as _, Property},
};

use super::super::connection::Ended;
use super::X11Clipboard;
use crate::clipboard::ReadError;

/// How long an owner may be silent: it may have to make a picture first.
pub(super) const ANSWER_MAX: Duration = Duration::from_secs(5);

/// Words of four bytes that one request fetches: below what any server takes.
const FETCH_WORDS: u32 = 64 << 10;

impl X11Clipboard {
    /// What the owner has under a name. Other events are taken meanwhile.
    pub(super) fn convert(
        &mut self,
        target: Atom,
        bytes_max: usize,
        silence_max: Duration,
    ) -> Result<Bytes, ReadError> {
        let answer = self.ask(target, bytes_max, silence_max);
        if matches!(answer, Err(ReadError::TooLarge(_) | ReadError::Silent)) {
            self.place += 1;
        }
        answer
    }

    fn ask(&mut self, target: Atom, bytes_max: usize, silence_max: Duration) -> Result<Bytes, ReadError> {
        let property = self.property();
        let at = self.now()?;
        let conn = &self.server.conn;
        conn.delete_property(self.window, property).map_err(lost)?;
        conn.convert_selection(self.window, self.atoms.CLIPBOARD, target, property, at).map_err(lost)?;
        let answer = self.until(silence_max, |clipboard, event| match event {
            Event::SelectionNotify(notify)
                if notify.requestor == clipboard.window && notify.target == target && notify.time == at =>
            {
                Some(notify.property)
            }
            _ => None,
        })?;
        if answer == x11rb::NONE {
            return Err(ReadError::NotThere);
        }
        let (kind, bytes) = self.fetch(bytes_max)?;
        if kind == self.atoms.INCR { self.pieces(bytes_max, silence_max) } else { Ok(bytes) }
    }

    /// The pieces of something long, each of which appears once the one before was taken.
    fn pieces(&mut self, bytes_max: usize, silence_max: Duration) -> Result<Bytes, ReadError> {
        let mut whole = BytesMut::new();
        loop {
            self.until(silence_max, |clipboard, event| match event {
                Event::PropertyNotify(notify)
                    if notify.window == clipboard.window
                        && notify.atom == clipboard.property()
                        && notify.state == Property::NEW_VALUE =>
                {
                    Some(())
                }
                _ => None,
            })?;
            let (_, piece) = self.fetch(bytes_max - whole.len()).map_err(|error| match error {
                ReadError::TooLarge(_) => ReadError::TooLarge(bytes_max),
                error => error,
            })?;
            if piece.is_empty() {
                return Ok(whole.freeze());
            }
            whole.extend_from_slice(&piece);
        }
    }

    /// Takes what is in our property: its kind, and at most so many bytes.
    fn fetch(&mut self, bytes_max: usize) -> Result<(Atom, Bytes), ReadError> {
        let mut whole = BytesMut::new();
        loop {
            let offset = (whole.len() / 4) as u32;
            let asked = self.server.conn.get_property(
                false,
                self.window,
                self.property(),
                AtomEnum::ANY,
                offset,
                FETCH_WORDS,
            );
            let reply = asked.map_err(lost)?.reply().map_err(|error| crate::Lost(error.to_string()))?;
            // What comes in pieces says before how much there is at least.
            let is_incr = reply.type_ == self.atoms.INCR;
            let promised =
                reply.value32().filter(|_| is_incr).and_then(|mut words| words.next()).unwrap_or(0);
            if bytes_max
                < (whole.len() + reply.value.len() + reply.bytes_after as usize).max(promised as usize)
            {
                // Left where it is: its owner gives up.
                return Err(ReadError::TooLarge(bytes_max));
            }
            whole.extend_from_slice(&reply.value);
            if reply.bytes_after == 0 {
                self.server.conn.delete_property(self.window, self.property()).map_err(lost)?;
                return Ok((reply.type_, whole.freeze()));
            }
        }
    }

    /// Waits for one event; all others are taken as ever.
    fn until<T>(
        &mut self,
        silence_max: Duration,
        wanted: impl Fn(&Self, &Event) -> Option<T>,
    ) -> Result<T, ReadError> {
        let end = Instant::now() + silence_max;
        loop {
            while let Some(event) = self.server.next_event()? {
                match wanted(self, &event) {
                    Some(found) => return Ok(found),
                    None => self.take(event)?,
                }
            }
            if self.server.wait(end)? == Ended::Quiet && end <= Instant::now() {
                return Err(ReadError::Silent);
            }
        }
    }
}

fn lost(error: x11rb::errors::ConnectionError) -> ReadError {
    ReadError::Lost(error.into())
}
