//! The CLIPBOARD selection of an X server. XFIXES says when it has another owner; [`read`] asks that owner,
//! [`give`] answers for what was written here. Long contents travel in pieces (ICCCM 2.7.2), in both directions.
//!
//! PNG and HTML pass as the bytes that they are: nothing here decodes them.

mod give;
mod read;

use std::time::{Duration, Instant};

use bytes::Bytes;
use wire::tools::Format;
use x11rb::{
    connection::Connection as _,
    protocol::{
        Event,
        xfixes::{ConnectionExt as _, SelectionEventMask},
        xproto::{AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, Window, WindowClass},
    },
    wrapper::ConnectionExt as _,
};

use self::give::Given;
use super::connection::{Ended, Server, deadline};
use crate::{
    Clipboard, Lost, OpenError, Waker,
    clipboard::{Clip, ClipboardEvent, ReadError},
};

x11rb::atom_manager! {
    /// Names that the server has numbers for.
    Atoms: AtomsCookie {
        CLIPBOARD,
        TARGETS,
        TIMESTAMP,
        MULTIPLE,
        INCR,
        UTF8_STRING,
        HTML: b"text/html",
        PNG: b"image/png",
        TEXT_UTF8: b"text/plain;charset=utf-8",
        NEARHAND_CLIPBOARD_0,
        NEARHAND_CLIPBOARD_1,
        NEARHAND_CLIPBOARD_2,
        NEARHAND_CLIPBOARD_3,
    }
}

/// How long an owner may take to say what it has.
const TARGETS_MAX: Duration = Duration::from_secs(2);

pub(super) struct X11Clipboard {
    server: Server,
    atoms: Atoms,
    /// Ours, never shown: owns the selection and gets the answers.
    window: Window,
    /// Where an owner puts what we ask for. After a question that was given up it is another one: its answer may still
    /// come, and must not be taken for that of the next.
    place: usize,
    /// What was written, while we are the owner.
    given: Given,
    /// The owner is another one since the last event was told.
    is_new: bool,
}

impl X11Clipboard {
    pub(super) fn open(server: Server) -> Result<Self, OpenError> {
        server.require("XFIXES")?;
        let lost = |error: x11rb::errors::ReplyError| Lost(error.to_string());
        let conn = &server.conn;
        conn.xfixes_query_version(5, 0).map_err(Lost::from)?.reply().map_err(lost)?;
        let atoms = Atoms::new(conn).map_err(Lost::from)?.reply().map_err(lost)?;
        let window = conn.generate_id().map_err(Lost::from)?;
        let events = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        let (depth, visual) = (0, 0);
        conn.create_window(
            depth,
            window,
            server.root,
            -1,
            -1,
            1,
            1,
            0,
            WindowClass::INPUT_ONLY,
            visual,
            &events,
        )
        .map_err(Lost::from)?;
        conn.xfixes_select_selection_input(
            window,
            atoms.CLIPBOARD,
            SelectionEventMask::SET_SELECTION_OWNER
                | SelectionEventMask::SELECTION_WINDOW_DESTROY
                | SelectionEventMask::SELECTION_CLIENT_CLOSE,
        )
        .map_err(Lost::from)?;
        Ok(Self { server, atoms, window, place: 0, given: Given::default(), is_new: true })
    }

    /// Takes whatever the server says, as far as it is not the answer to a question of ours.
    fn take(&mut self, event: Event) -> Result<(), Lost> {
        match event {
            Event::XfixesSelectionNotify(notify) if notify.selection == self.atoms.CLIPBOARD => {
                self.is_new = true;
                if notify.owner != self.window {
                    self.given.forget();
                }
            }
            Event::SelectionRequest(request) => self.given.answer(&self.server, &self.atoms, &request)?,
            Event::PropertyNotify(notify) => self.given.go_on(&self.server, &self.atoms, &notify)?,
            _ => {}
        }
        Ok(())
    }

    /// Where the owner puts what we ask for now.
    fn property(&self) -> u32 {
        let Atoms {
            NEARHAND_CLIPBOARD_0: a,
            NEARHAND_CLIPBOARD_1: b,
            NEARHAND_CLIPBOARD_2: c,
            NEARHAND_CLIPBOARD_3: d,
            ..
        } = self.atoms;
        [a, b, c, d][self.place % 4]
    }

    fn owner(&self) -> Result<Window, Lost> {
        Ok(self.server.conn.get_selection_owner(self.atoms.CLIPBOARD)?.reply()?.owner)
    }

    /// What there is to tell of the newest owner.
    fn news(&mut self) -> Result<ClipboardEvent, Lost> {
        let owner = self.owner()?;
        if owner == self.window {
            return Ok(ClipboardEvent::Written);
        }
        if owner == x11rb::NONE {
            return Ok(ClipboardEvent::Copied(Vec::new()));
        }
        let targets = match self.convert(self.atoms.TARGETS, 64 << 10, TARGETS_MAX) {
            Ok(bytes) => bytes,
            Err(ReadError::Lost(lost)) => return Err(lost),
            // An owner that does not even say what it has, has nothing that travels.
            Err(_) => return Ok(ClipboardEvent::Copied(Vec::new())),
        };
        let targets: Vec<u32> = targets
            .chunks_exact(4)
            .map(|atom| u32::from_ne_bytes([atom[0], atom[1], atom[2], atom[3]]))
            .collect();
        let has = |format: &Format| self.targets_of(*format).iter().any(|target| targets.contains(target));
        Ok(ClipboardEvent::Copied(
            [Format::Text, Format::Html, Format::Png].into_iter().filter(has).collect(),
        ))
    }

    /// What a form is called, the best name first.
    fn targets_of(&self, format: Format) -> Vec<u32> {
        match format {
            Format::Text => vec![self.atoms.UTF8_STRING, self.atoms.TEXT_UTF8, AtomEnum::STRING.into()],
            Format::Html => vec![self.atoms.HTML],
            Format::Png => vec![self.atoms.PNG],
            Format::Unspecified => Vec::new(),
        }
    }

    /// The server's own time, which claims of a selection need.
    fn now(&mut self) -> Result<u32, Lost> {
        let (conn, property) = (&self.server.conn, self.atoms.TIMESTAMP);
        conn.change_property8(
            x11rb::protocol::xproto::PropMode::APPEND,
            self.window,
            property,
            AtomEnum::STRING,
            &[],
        )?;
        let end = deadline(TARGETS_MAX);
        loop {
            while let Some(event) = self.server.next_event()? {
                match event {
                    Event::PropertyNotify(notify)
                        if notify.window == self.window && notify.atom == property =>
                    {
                        return Ok(notify.time);
                    }
                    event => self.take(event)?,
                }
            }
            if self.server.wait(end)? == Ended::Quiet && end <= Instant::now() {
                return Ok(x11rb::CURRENT_TIME);
            }
        }
    }
}

impl Clipboard for X11Clipboard {
    fn next_event(&mut self, wait: Duration) -> Result<Option<ClipboardEvent>, Lost> {
        let end = deadline(wait);
        loop {
            while let Some(event) = self.server.next_event()? {
                self.take(event)?;
            }
            if std::mem::take(&mut self.is_new) {
                return self.news().map(Some);
            }
            self.given.give_up_late();
            if self.server.wait(end)? == Ended::Quiet {
                return Ok(None);
            }
        }
    }

    fn waker(&self) -> Waker {
        self.server.waker()
    }

    fn read(&mut self, format: Format, bytes_max: usize) -> Result<Bytes, ReadError> {
        if self.owner()? == self.window {
            let bytes = self.given.get(format).ok_or(ReadError::NotThere)?;
            return if bytes.len() <= bytes_max { Ok(bytes) } else { Err(ReadError::TooLarge(bytes_max)) };
        }
        let mut last = ReadError::NotThere;
        for target in self.targets_of(format) {
            match self.convert(target, bytes_max, read::ANSWER_MAX) {
                // Of the oldest form of text nobody knows more than that it is Latin-1.
                Ok(bytes) if target == u32::from(AtomEnum::STRING) => {
                    return Ok(bytes.iter().map(|&byte| char::from(byte)).collect::<String>().into());
                }
                Ok(bytes) => return Ok(bytes),
                Err(ReadError::NotThere) => {}
                Err(error @ ReadError::Lost(_)) => return Err(error),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn write(&mut self, clips: Vec<Clip>) -> Result<(), Lost> {
        let at = self.now()?;
        self.given.replace(clips, at);
        self.server.conn.set_selection_owner(self.window, self.atoms.CLIPBOARD, at)?;
        self.server.conn.sync()?;
        Ok(())
    }
}
