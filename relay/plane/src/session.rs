//! One support session: its stores, and the views of its viewers.

use std::collections::BTreeMap;
use std::time::Instant;

use proto::screen::{InboxError, StoreError};
use wire::control::{Answer, ColorMode, Refresh, Wanted};
use wire::screen::Update;
use wire::{Epoch, RenditionId, Seat, SessionId, TileIndex};

use crate::Limits;
use crate::demand::{Choice, aggregate, choose};
use crate::feed::Feed;
use crate::watcher::Watcher;

/// Who watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// A technician: updates tell him his own last input.
    Technician,
    /// Another relay: updates tell it the last input of all.
    Hop,
}

/// Why somebody cannot join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// The seat is taken.
    #[error("seat {0} is taken")]
    Taken(Seat),
    /// All seats are taken.
    #[error("all {0} seats are taken")]
    Full(usize),
}

/// Why a demand is not followed; the earlier one stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DemandError {
    /// Nobody is in that seat.
    #[error("nobody is in seat {0}")]
    NoSuchSeat(Seat),
    /// More displays than one viewer may watch.
    #[error("{got} displays are wanted, the limit is {limit}")]
    Displays {
        /// Displays that are wanted.
        got: usize,
        /// The most that one viewer may watch.
        limit: usize,
    },
    /// A display has a number above 255.
    #[error("display {0} does not exist")]
    NoSuchDisplay(u32),
}

/// Why an update of the agent is refused: it broke a rule, and its link is to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The update is of another session.
    #[error("update of session {0} came to another one")]
    Session(SessionId),
    /// Too many renditions on one link.
    #[error("more than {0} renditions on one link")]
    Renditions(usize),
    /// Its place among the updates is wrong.
    #[error(transparent)]
    Inbox(#[from] InboxError),
    /// Its operations cannot be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A wish that got the nearest colours instead; the technician is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaced {
    /// Which display.
    pub display: u8,
    /// The colours that were wanted.
    pub wanted: ColorMode,
    /// The colours that are shown.
    pub given: ColorMode,
}

/// What an update changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changed {
    /// Viewers that have something due now.
    pub seats: Vec<Seat>,
    /// What to tell the agent: all updates of the rendition up to this one are applied.
    pub answer: Option<Answer>,
}

/// What happened in a session; each drop is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Updates that came.
    pub updates_received: u64,
    /// Updates that were taken by viewers.
    pub updates_taken: u64,
    /// Updates that nobody watched any more when they came, dropped.
    pub updates_unwanted: u64,
    /// Updates of an earlier epoch, dropped.
    pub updates_outdated: u64,
    /// Based operations whose base was not there.
    pub operations_broken: u64,
    /// Tiles asked for upstream.
    pub tiles_refreshed: u64,
    /// Refreshes, answers and demands of nobody or for nothing, ignored.
    pub messages_ignored: u64,
}

/// One support session of one agent and its viewers.
#[derive(Debug)]
pub struct Session {
    id: SessionId,
    limits: Limits,
    /// What comes on the agent's link, by rendition; for as long as the link, so that numbers are counted.
    feeds: BTreeMap<RenditionId, Feed>,
    watchers: BTreeMap<Seat, Watcher>,
    counters: Counters,
}

impl Session {
    /// A session without viewers.
    pub fn new(id: SessionId, limits: Limits) -> Self {
        let (feeds, watchers) = (BTreeMap::new(), BTreeMap::new());
        Self { id, limits, feeds, watchers, counters: Counters::default() }
    }

    /// Which session.
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// A viewer comes in; he sees nothing before his first [`Session::demand`].
    ///
    /// # Errors
    /// When the seat is taken or no seat is free.
    pub fn join(&mut self, seat: Seat, viewer: Viewer) -> Result<(), JoinError> {
        if self.watchers.contains_key(&seat) {
            return Err(JoinError::Taken(seat));
        }
        if self.limits.seats_max <= self.watchers.len() {
            return Err(JoinError::Full(self.limits.seats_max));
        }
        let stamped = if viewer == Viewer::Technician { Some(seat) } else { None };
        self.watchers.insert(seat, Watcher::new(self.id, stamped));
        Ok(())
    }

    /// A viewer is gone, with his link. Ask [`Session::wanted`] again.
    pub fn leave(&mut self, seat: Seat) {
        self.watchers.remove(&seat);
    }

    /// Everything that a viewer wants to see; replaces what he wanted before. Ask [`Session::wanted`] again.
    ///
    /// Where a display is watched in two modes already, a third gets the nearest of them; it is named in the result.
    ///
    /// # Errors
    /// When nothing was changed, because the demand is beyond a limit.
    pub fn demand(&mut self, seat: Seat, wanted: &[Wanted]) -> Result<Vec<Replaced>, DemandError> {
        if !self.watchers.contains_key(&seat) {
            return Err(DemandError::NoSuchSeat(seat));
        }
        let (got, limit) = (wanted.len(), self.limits.displays_max);
        if limit < got {
            return Err(DemandError::Displays { got, limit });
        }
        let others = self.watchers.iter().filter(|(other, _)| **other != seat);
        let others: Vec<Choice> = others.flat_map(|(_, watcher)| watcher.choices()).copied().collect();
        let (choices, replaced) = choose(wanted, &others, self.limits.modes_max)?;
        if let Some(watcher) = self.watchers.get_mut(&seat) {
            watcher.watch(choices);
        }
        Ok(replaced)
    }

    /// A viewer's link delivers so many bytes a second. Whether [`Session::wanted`] is to be asked again: small changes
    /// are not told.
    pub fn note_rate(&mut self, seat: Seat, bytes_per_second: u64) -> bool {
        self.watchers.get_mut(&seat).is_some_and(|watcher| watcher.note_rate(coarse(bytes_per_second)))
    }

    /// What all viewers together want: the agent's demand, which must be sent to it where it differs from the last.
    ///
    /// It is ordered, so that it can be compared. Pictures that are not in it are dropped: the agent forgets what it
    /// sent of them when it is told, and starts over when they are wanted again.
    pub fn wanted(&mut self) -> Vec<Wanted> {
        self.drop_unwatched();
        aggregate(self.watchers.values().flat_map(Watcher::choices))
    }

    /// An update of the agent has come. `captured_us` is its capture time on this hop's own clock.
    ///
    /// # Errors
    /// When the agent broke a rule: its link is to be closed, and [`Session::agent_lost`] called.
    pub fn receive(&mut self, mut update: Update, captured_us: u32) -> Result<Changed, Refused> {
        if update.header.session != self.id {
            return Err(Refused::Session(update.header.session));
        }
        let rendition = update.header.rendition;
        if !self.feeds.contains_key(&rendition) && self.limits.renditions_max <= self.feeds.len() {
            return Err(Refused::Renditions(self.limits.renditions_max));
        }
        self.counters.updates_received += 1;
        let feed = self.feeds.entry(rendition).or_default();
        let before = feed.applied();
        update.header.captured_us = captured_us;
        feed.receive(update)?;
        let answer = if before < feed.applied() { Some(self.answer_upstream(rendition)) } else { None };
        Ok(Changed { seats: self.due_seats(rendition), answer })
    }

    /// Whether [`Session::take`] may have something for this viewer.
    pub fn is_due(&self, seat: Seat) -> bool {
        self.watchers.get(&seat).is_some_and(|watcher| watcher.is_due(&self.feeds))
    }

    /// The next update for a viewer, with about `bytes_max` bytes of payload, ready for his link.
    ///
    /// It counts as had, so it must be sent. Afterwards ask [`Session::take_refresh`].
    pub fn take(&mut self, now: Instant, seat: Seat, bytes_max: usize) -> Option<Update> {
        let update = self.watchers.get_mut(&seat)?.take(&mut self.feeds, now, bytes_max)?;
        self.counters.updates_taken += 1;
        Some(update)
    }

    /// A viewer asks for tiles, or for films' next key pictures; he may have something due afterwards.
    pub fn refresh(&mut self, seat: Seat, refresh: &Refresh) {
        let view = u16::try_from(refresh.rendition).ok().map(RenditionId::from_wire);
        let view = view.and_then(|rendition| self.watchers.get_mut(&seat)?.view_mut(rendition));
        let Some(view) = view.filter(|_| refresh.session == self.id.to_wire()) else {
            self.counters.messages_ignored += 1;
            return;
        };
        let index = |tile: &u32| u16::try_from(*tile).ok().map(TileIndex::from_wire);
        let tiles: Vec<_> = refresh.tiles.iter().filter_map(index).collect();
        let epoch = Epoch::from_wire(refresh.epoch);
        view.refresh(epoch, &tiles);
        view.refresh_videos(epoch, &refresh.videos);
    }

    /// What to ask the agent for, at most one request at a time for each rendition. Ask after [`Session::receive`]
    /// and [`Session::take`], until there is nothing more.
    pub fn take_refresh(&mut self, now: Instant) -> Option<Refresh> {
        self.feeds.iter_mut().find_map(|(rendition, feed)| {
            let (epoch, tiles, videos) = feed.take_refresh(now)?;
            self.counters.tiles_refreshed += tiles.len() as u64;
            let tiles = tiles.into_iter().map(|index| u32::from(index.to_wire())).collect();
            let (session, rendition) = (self.id.to_wire(), u32::from(rendition.to_wire()));
            Some(Refresh { session, rendition, epoch: epoch.to_wire(), tiles, videos })
        })
    }

    /// When [`Session::take_refresh`] is to be asked again even if nothing happens.
    pub fn refresh_deadline(&self) -> Option<Instant> {
        self.feeds.values().filter_map(Feed::refresh_deadline).min()
    }

    /// A viewer has applied updates.
    pub fn answer(&mut self, seat: Seat, answer: &Answer) {
        let view = u16::try_from(answer.rendition).ok().map(RenditionId::from_wire);
        match view.and_then(|rendition| self.watchers.get_mut(&seat)?.view_mut(rendition)) {
            Some(view) if answer.session == self.id.to_wire() => view.answer(answer.applied),
            _ => self.counters.messages_ignored += 1,
        }
    }

    /// A viewer's pointer is at this pixel of a display: what is near goes first.
    pub fn point_at(&mut self, seat: Seat, display: u8, x: u16, y: u16) {
        if let Some(watcher) = self.watchers.get_mut(&seat) {
            watcher.point_at(display, x, y);
        }
    }

    /// The link to the agent is lost. Pictures are dropped; viewers stay, and go on with what comes next.
    pub fn agent_lost(&mut self) {
        for feed in self.feeds.values_mut() {
            feed.link_lost();
        }
    }

    /// Bytes of payload that are kept for all renditions. Looks at every tile.
    pub fn payload_bytes(&self) -> usize {
        self.feeds.values().map(|feed| feed.store.payload_bytes()).sum()
    }

    /// What happened so far.
    pub fn counters(&self) -> Counters {
        let mut counters = self.counters;
        for feed in self.feeds.values() {
            let (outdated, unwanted, broken) = feed.dropped();
            counters.updates_outdated += outdated;
            counters.updates_unwanted += unwanted;
            counters.operations_broken += broken;
        }
        counters
    }

    fn drop_unwatched(&mut self) {
        let Self { feeds, watchers, .. } = self;
        for (rendition, feed) in feeds {
            if !watchers.values().any(|watcher| watcher.watches(*rendition)) {
                feed.drop_picture();
            }
        }
    }

    fn due_seats(&self, rendition: RenditionId) -> Vec<Seat> {
        let watching = self.watchers.iter().filter(|(_, watcher)| watcher.watches(rendition));
        watching.filter(|(_, watcher)| watcher.is_due(&self.feeds)).map(|(seat, _)| *seat).collect()
    }

    fn answer_upstream(&self, rendition: RenditionId) -> Answer {
        let applied = self.feeds.get(&rendition).map_or(0, Feed::applied);
        let (session, rendition) = (self.id.to_wire(), u32::from(rendition.to_wire()));
        Answer { session, rendition, applied, decode_us: 0, paint_us: 0 }
    }
}

/// A rate with its two leading bits only, so that it is told when it changes by a quarter or more.
fn coarse(bytes_per_second: u64) -> u32 {
    let rate = u32::try_from(bytes_per_second).unwrap_or(u32::MAX);
    let drop = rate.checked_ilog2().unwrap_or(0).saturating_sub(1);
    rate >> drop << drop
}
