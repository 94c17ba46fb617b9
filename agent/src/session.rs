//! The support sessions of one link: what each shows, and the pointer that goes with it.

use std::collections::BTreeMap;

use proto::liveness::LinkClock;
use tokio::task::JoinHandle;
use transport::{Link, Priority, StreamError};
use wire::control::{Answer, ColorMode, Demand, Refresh, Wanted};
use wire::cursor::Cursor;
use wire::stream::{StreamHeader, StreamKind};
use wire::{RenditionId, SessionId, Writer};

use crate::desktop::{Desktop, PointerState, PointerWatch};
use crate::show::{Show, Source};

/// Sessions of one endpoint at a time. More than one is rare; each costs a capture.
const SESSIONS_MAX: usize = 8;

/// Renditions of one session that are or were watched: eight displays in two colour modes.
const SHOWS_MAX: usize = 16;

/// All sessions of one link. Dropping it ends them.
pub struct Sessions {
    desktop: Desktop,
    link: Link,
    clock: LinkClock,
    open: BTreeMap<SessionId, Session>,
    pointer: Option<PointerWatch>,
}

/// One session.
struct Session {
    shows: BTreeMap<RenditionId, Show>,
    wallpaper: Backdrop,
    pointer: Option<JoinHandle<()>>,
}

/// What a session's demand means for the wallpaper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Backdrop {
    /// Nothing is watched.
    #[default]
    Unseen,
    /// All that is watched leaves it out.
    LeftOut,
    /// Something that is watched has it.
    Seen,
}

impl Backdrop {
    fn of(demand: &Demand) -> Self {
        let has_it = |wanted: &Wanted| {
            !matches!(wanted.mode(), ColorMode::BlackAndWhite | ColorMode::FewColors | ColorMode::MoreColors)
        };
        match &demand.wanted[..] {
            [] => Self::Unseen,
            wanted if wanted.iter().any(has_it) => Self::Seen,
            _ => Self::LeftOut,
        }
    }
}

impl Sessions {
    /// No sessions yet.
    pub fn new(desktop: Desktop, link: Link, clock: LinkClock) -> Self {
        Self { desktop, link, clock, open: BTreeMap::new(), pointer: None }
    }

    /// The sessions that are open.
    pub fn ids(&self) -> Vec<SessionId> {
        self.open.keys().copied().collect()
    }

    /// Whether a session is open.
    pub fn has(&self, session: SessionId) -> bool {
        self.open.contains_key(&session)
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// A session begins. Says whether there was room for it.
    pub fn open(&mut self, session: SessionId) -> bool {
        if self.has(session) {
            return true;
        }
        if SESSIONS_MAX <= self.open.len() {
            return false;
        }
        let pointer = self.watch_pointer(session);
        let (shows, wallpaper) = (BTreeMap::new(), Backdrop::default());
        self.open.insert(session, Session { shows, wallpaper, pointer });
        true
    }

    /// A session is over.
    pub fn close(&mut self, session: SessionId) {
        if let Some(session) = self.open.remove(&session) {
            session.end();
        }
        self.follow_wallpaper();
        if self.open.is_empty() {
            self.pointer = None;
        }
    }

    /// What is to be shown from now on. Unknown displays wait until they appear.
    pub fn demand(&mut self, demand: &Demand) {
        let id = SessionId::from_wire(demand.session);
        let Some(session) = self.open.get_mut(&id) else { return };
        session.wallpaper = Backdrop::of(demand);
        let wanted: BTreeMap<RenditionId, &Wanted> = demand
            .wanted
            .iter()
            .filter_map(|wish| Some((RenditionId::of(u8::try_from(wish.display).ok()?, wish.mode()), wish)))
            .collect();
        let unwanted = session.shows.iter().filter(|(rendition, _)| !wanted.contains_key(rendition));
        unwanted.for_each(|(_, show)| show.end());
        for (rendition, wish) in wanted {
            if SHOWS_MAX <= session.shows.len() && !session.shows.contains_key(&rendition) {
                tracing::warn!(session = %id, %rendition, "more displays are wanted than can be shown");
                continue;
            }
            let show = session.shows.entry(rendition).or_insert_with(|| Show::new(id, rendition));
            show.demand(wish.mode() == ColorMode::VideoOptimized, wish.bytes_per_second);
            if show.is_on() {
                continue;
            }
            let source = Source {
                platform: self.desktop.platform.clone(),
                display: rendition.display(),
                mode: wish.mode(),
                hands: self.desktop.hands.clone(),
                clock: self.clock,
            };
            if let Err(error) = show.begin(source, &self.link) {
                tracing::warn!(session = %id, %rendition, %error, "display cannot be shown");
            }
        }
        self.follow_wallpaper();
    }

    /// The wallpaper is hidden while everybody watches in modes without it.
    fn follow_wallpaper(&self) {
        if let Some(curtain) = &self.desktop.curtain {
            let is = |what| self.open.values().any(|session| session.wallpaper == what);
            curtain.set_hidden(is(Backdrop::LeftOut) && !is(Backdrop::Seen));
        }
    }

    /// The relay asks for tiles again.
    pub fn refresh(&self, refresh: &Refresh) {
        if let Some(show) = self.show(refresh.session, refresh.rendition) {
            show.refresh(refresh);
        }
    }

    /// The relay has applied updates.
    pub fn answer(&self, answer: &Answer) {
        if let Some(show) = self.show(answer.session, answer.rendition) {
            show.answer(answer);
        }
    }

    fn show(&self, session: u64, rendition: u32) -> Option<&Show> {
        let session = self.open.get(&SessionId::from_wire(session))?;
        session.shows.get(&RenditionId::from_wire(u16::try_from(rendition).ok()?))
    }

    /// Sends the pointer of a session for as long as it is open.
    fn watch_pointer(&mut self, session: SessionId) -> Option<JoinHandle<()>> {
        if self.pointer.is_none() {
            match PointerWatch::start(&self.desktop.platform) {
                Ok(watch) => self.pointer = Some(watch),
                Err(error) => tracing::warn!(%error, "the pointer's shape is not shown"),
            }
        }
        let state = self.pointer.as_ref()?.state();
        let hands = self.desktop.hands.clone();
        let link = self.link.clone();
        Some(tokio::spawn(async move {
            let moved_by_us = |at| hands.as_ref().is_some_and(|hands| hands.pointer() == Some(at));
            if let Err(error) = send_pointer(&link, session, state, moved_by_us).await {
                tracing::debug!(%session, %error, "pointer is not sent any more");
            }
        }))
    }
}

impl Session {
    fn end(self) {
        if let Some(task) = self.pointer {
            task.abort();
        }
    }
}

impl Drop for Sessions {
    fn drop(&mut self) {
        for session in self.ids() {
            self.close(session);
        }
    }
}

/// Sends what is new of the pointer, newest only, on one stream.
async fn send_pointer(
    link: &Link,
    session: SessionId,
    mut state: tokio::sync::watch::Receiver<PointerState>,
    moved_by_us: impl Fn(wire::input::Pointer) -> bool,
) -> Result<(), StreamError> {
    let mut stream = link.open_uni().await?;
    stream.set_priority(Priority::Cursor);
    let mut out = Writer::new();
    StreamHeader::new(StreamKind::Cursor, session).encode(&mut out);
    let (mut shapes, mut place) = (0, None);
    state.mark_changed();
    while state.changed().await.is_ok() {
        let now = state.borrow_and_update().clone();
        if let Some(shape) = now.shape.filter(|_| now.shapes != shapes) {
            Cursor::Shape(shape).encode(&mut out);
            shapes = now.shapes;
        }
        if let Some(at) = now.at.filter(|&at| place != Some(at)) {
            place = Some(at);
            if !moved_by_us(at) {
                Cursor::At(at).encode(&mut out);
            }
        }
        if !out.is_empty() {
            stream.write(&std::mem::take(&mut out).into_chunks()).await?;
        }
    }
    stream.finish()
}
