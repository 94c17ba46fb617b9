//! Answers other programs that paste what was written here, long contents in pieces.

use std::time::{Duration, Instant};

use bytes::Bytes;
use wire::tools::Format;
use x11rb::{
    connection::{Connection as _, RequestConnection as _},
    protocol::xproto::{
        Atom, AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, PropMode, Property,
        PropertyNotifyEvent, SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window,
    },
    wrapper::ConnectionExt as _,
};

use super::super::connection::Server;
use super::Atoms;
use crate::{Lost, clipboard::Clip};

/// Bytes that go at once; more goes in pieces of this size. Below what any server takes in one request.
const PIECE_BYTES: usize = 64 << 10;

/// Programs that fetch something in pieces at the same time.
const TRANSFERS_MAX: usize = 8;

/// How long one of them may take nothing.
const SILENCE_MAX: Duration = Duration::from_secs(10);

/// What was written, and who is fetching it.
#[derive(Default)]
pub(super) struct Given {
    clips: Vec<Clip>,
    since: u32,
    transfers: Vec<Transfer>,
}

/// Something that goes in pieces.
struct Transfer {
    to: Window,
    property: Atom,
    kind: Atom,
    rest: Bytes,
    last: Instant,
}

impl Given {
    pub(super) fn replace(&mut self, clips: Vec<Clip>, since: u32) {
        (self.clips, self.since) = (clips, since);
    }

    /// Somebody else fills the clipboard from now on. Who is fetching gets the rest.
    pub(super) fn forget(&mut self) {
        self.clips.clear();
    }

    pub(super) fn get(&self, format: Format) -> Option<Bytes> {
        self.clips.iter().find(|clip| clip.format == format).map(|clip| clip.bytes.clone())
    }

    /// Forgets who has taken nothing for too long.
    pub(super) fn give_up_late(&mut self) {
        self.transfers.retain(|transfer| transfer.last.elapsed() < SILENCE_MAX);
    }

    /// A program wants something.
    pub(super) fn answer(
        &mut self,
        server: &Server,
        atoms: &Atoms,
        request: &SelectionRequestEvent,
    ) -> Result<(), Lost> {
        // Programs from before ICCCM name no property.
        let property = if request.property == x11rb::NONE { request.target } else { request.property };
        let is_done = request.selection == atoms.CLIPBOARD && self.put(server, atoms, request, property)?;
        let notify = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property: if is_done { property } else { x11rb::NONE },
        };
        server.conn.send_event(false, request.requestor, EventMask::NO_EVENT, notify)?;
        server.conn.flush()?;
        Ok(())
    }

    /// Puts the answer where it is wanted. Says whether there is one.
    fn put(
        &mut self,
        server: &Server,
        atoms: &Atoms,
        request: &SelectionRequestEvent,
        property: Atom,
    ) -> Result<bool, Lost> {
        let (conn, to) = (&server.conn, request.requestor);
        if self.clips.is_empty() {
            return Ok(false);
        }
        if request.target == atoms.TARGETS {
            let targets = self.targets(atoms);
            conn.change_property32(PropMode::REPLACE, to, property, AtomEnum::ATOM, &targets)?;
            return Ok(true);
        }
        if request.target == atoms.TIMESTAMP {
            conn.change_property32(PropMode::REPLACE, to, property, AtomEnum::INTEGER, &[self.since])?;
            return Ok(true);
        }
        let Some(bytes) = self.find(atoms, request.target) else { return Ok(false) };
        let whole_max = PIECE_BYTES.min(conn.maximum_request_bytes() / 2);
        if bytes.len() <= whole_max {
            conn.change_property8(PropMode::REPLACE, to, property, request.target, &bytes)?;
            return Ok(true);
        }
        if TRANSFERS_MAX <= self.transfers.len() {
            return Ok(false);
        }
        let events = ChangeWindowAttributesAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        conn.change_window_attributes(to, &events)?;
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        conn.change_property32(PropMode::REPLACE, to, property, atoms.INCR, &[length])?;
        let last = Instant::now();
        self.transfers.push(Transfer { to, property, kind: request.target, rest: bytes, last });
        Ok(true)
    }

    /// A piece was taken: the next one, and an empty one at the end.
    pub(super) fn go_on(
        &mut self,
        server: &Server,
        _atoms: &Atoms,
        notify: &PropertyNotifyEvent,
    ) -> Result<(), Lost> {
        let is_taken = notify.state == Property::DELETE;
        let of = |transfer: &Transfer| transfer.to == notify.window && transfer.property == notify.atom;
        let Some(place) = self.transfers.iter().position(of).filter(|_| is_taken) else { return Ok(()) };
        let transfer = &mut self.transfers[place];
        let piece = transfer.rest.split_to(transfer.rest.len().min(PIECE_BYTES));
        transfer.last = Instant::now();
        let (to, property, kind) = (transfer.to, transfer.property, transfer.kind);
        server.conn.change_property8(PropMode::REPLACE, to, property, kind, &piece)?;
        server.conn.flush()?;
        if piece.is_empty() {
            self.transfers.remove(place);
        }
        Ok(())
    }

    fn targets(&self, atoms: &Atoms) -> Vec<Atom> {
        let mut targets = vec![atoms.TARGETS, atoms.TIMESTAMP];
        for clip in &self.clips {
            targets.extend(match clip.format {
                Format::Text => vec![atoms.UTF8_STRING, atoms.TEXT_UTF8],
                Format::Html => vec![atoms.HTML],
                Format::Png => vec![atoms.PNG],
                Format::Unspecified => vec![],
            });
        }
        targets
    }

    fn find(&self, atoms: &Atoms, target: Atom) -> Option<Bytes> {
        let format = [
            (atoms.UTF8_STRING, Format::Text),
            (atoms.TEXT_UTF8, Format::Text),
            (atoms.HTML, Format::Html),
            (atoms.PNG, Format::Png),
        ];
        let format = format.into_iter().find(|(atom, _)| *atom == target)?.1;
        self.get(format)
    }
}
