//! One rendition between the thread that codes it and the task that sends it.
//!
//! The agent's own uplink is a store with one view, so nothing is queued here either: while the link is full no
//! picture is taken, and damage gathers where it costs nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use proto::screen::{Capture, Store, StoreError, View};
use tokio::sync::Notify;
use wire::control::{Answer, Refresh};
use wire::screen::Update;
use wire::{Epoch, RenditionId, SessionId, TileIndex};

use crate::show::video::VideoWish;

/// Shared by both sides; cheap to clone.
#[derive(Clone)]
pub(super) struct Uplink {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// For the capture thread: a picture is wanted, tiles are asked for, or it is over.
    wanted: Condvar,
    /// For the sender: something is due.
    due: Notify,
}

struct State {
    store: Store,
    view: View,
    is_picture_wanted: bool,
    asked: Vec<TileIndex>,
    video: VideoWish,
    /// What the demand says that its best-served viewer takes, and what our own link delivers; 0: not known.
    demanded_bytes_per_second: u32,
    link_bytes_per_second: u32,
    turn: Option<Turn>,
    turns: u64,
}

/// One time that the rendition is watched, from the demand to its end. What belongs to an earlier turn comes to
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn(u64);

/// What the capture thread is to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// Code these tiles from the newest picture.
    Tiles(Vec<TileIndex>),
    /// Take a picture as soon as something changes.
    Picture,
    /// End.
    Stop,
}

impl Uplink {
    /// An uplink of a rendition that nobody watches yet.
    pub(super) fn new(session: SessionId, rendition: RenditionId) -> Self {
        let state = State {
            store: Store::new(),
            view: View::new(session, rendition, None),
            is_picture_wanted: false,
            asked: Vec::new(),
            video: VideoWish::default(),
            demanded_bytes_per_second: 0,
            link_bytes_per_second: 0,
            turn: None,
            turns: 0,
        };
        let (wanted, due) = (Condvar::new(), Notify::new());
        Self { shared: Arc::new(Shared { state: Mutex::new(state), wanted, due }) }
    }

    /// Somebody watches: a first picture is wanted. The relay's picture starts over when this is not the first
    /// turn; the numbers of updates go on, as long as the link lasts.
    pub(super) fn begin(&self) -> Turn {
        let state = &mut *self.shared.state.lock();
        if 0 < state.turns {
            state.view.forget();
        }
        state.turns += 1;
        let turn = Turn(state.turns);
        state.store.clear();
        (state.turn, state.is_picture_wanted) = (Some(turn), true);
        state.asked.clear();
        turn
    }

    /// Nobody watches any more. An update that is being written is still written to its end.
    pub(super) fn end(&self) {
        self.shared.state.lock().turn = None;
        self.shared.wanted.notify_all();
        self.shared.due.notify_one();
    }

    /// Whether a turn goes on.
    pub(super) fn is_on(&self, turn: Turn) -> bool {
        self.shared.state.lock().turn == Some(turn)
    }

    /// Whether any turn goes on.
    pub(super) fn is_watched(&self) -> bool {
        self.shared.state.lock().turn.is_some()
    }

    /// How what moves is to be coded from now on, and what the best-served viewer takes.
    pub(super) fn demand(&self, is_video: bool, bytes_per_second: u32) {
        let state = &mut *self.shared.state.lock();
        state.video.is_wanted = is_video;
        state.demanded_bytes_per_second = bytes_per_second;
    }

    /// What our own link delivers, where that is known.
    pub(super) fn note_rate(&self, bytes_per_second: Option<u64>) {
        let rate = bytes_per_second.map_or(0, |rate| u32::try_from(rate).unwrap_or(u32::MAX));
        self.shared.state.lock().link_bytes_per_second = rate;
    }

    /// What is wanted of films now. Key pictures are asked for once.
    pub(super) fn video(&self) -> VideoWish {
        let state = &mut *self.shared.state.lock();
        let rates = [state.demanded_bytes_per_second, state.link_bytes_per_second];
        let bytes_per_second = rates.into_iter().filter(|rate| 0 < *rate).min().unwrap_or(0);
        let keys = std::mem::take(&mut state.video.keys);
        VideoWish { is_wanted: state.video.is_wanted, bytes_per_second, keys }
    }

    /// Blocks the capture thread until there is something to do, but not for a picture before `not_before`.
    pub(super) fn wait(&self, turn: Turn, not_before: Instant) -> Task {
        let mut state = self.shared.state.lock();
        loop {
            if state.turn != Some(turn) {
                return Task::Stop;
            }
            if !state.asked.is_empty() {
                return Task::Tiles(std::mem::take(&mut state.asked));
            }
            let is_early = Instant::now() < not_before;
            match (state.is_picture_wanted, is_early) {
                (true, false) => return Task::Picture,
                (true, true) => drop(self.shared.wanted.wait_until(&mut state, not_before)),
                (false, _) => self.shared.wanted.wait(&mut state),
            }
        }
    }

    /// Gives a coded capture, or tiles that were asked for, to the sender.
    ///
    /// # Errors
    /// When the capture contradicts its epoch, which would be a fault of ours.
    pub(super) fn put(&self, turn: Turn, capture: Capture, is_picture: bool) -> Result<(), StoreError> {
        let mut state = self.shared.state.lock();
        if state.turn != Some(turn) {
            return Ok(());
        }
        state.store.put(capture)?;
        if is_picture {
            state.is_picture_wanted = false;
        }
        drop(state);
        self.shared.due.notify_one();
        Ok(())
    }

    /// Whether [`Uplink::take`] may have something.
    pub(super) fn is_due(&self) -> bool {
        let state = self.shared.state.lock();
        state.view.is_due(&state.store)
    }

    /// The next update for the relay; it must go to the link. `None`: the relay has all that there is.
    ///
    /// What is taken makes room for a newer picture, so that one is wanted next. The flag says that tiles or key
    /// pictures are asked for, and the capture thread must be called from its wait for damage.
    pub(super) fn take(&self, now: Instant, bytes_max: usize) -> (Option<Update>, bool) {
        let state = &mut *self.shared.state.lock();
        let update = state.view.take(&mut state.store, now, bytes_max);
        let asked = state.store.take_refresh(now);
        let keys = state.store.take_key_requests(now);
        let is_called = asked.is_some() || !keys.is_empty();
        state.video.keys.extend(keys);
        state.asked.extend(asked.into_iter().flatten());
        state.is_picture_wanted = true;
        self.shared.wanted.notify_one();
        (update, is_called)
    }

    /// Waits until something may be due, at most `bound`.
    pub(super) async fn due(&self, bound: Duration) {
        // Nothing due is an answer too: the caller looks again.
        let _ = tokio::time::timeout(bound, self.shared.due.notified()).await;
    }

    /// The relay asks for tiles again.
    pub(super) fn refresh(&self, refresh: &Refresh) {
        let state = &mut *self.shared.state.lock();
        let tiles: Vec<_> =
            refresh.tiles.iter().filter_map(|&tile| TileIndex::from_usize(tile as usize)).collect();
        let epoch = Epoch::from_wire(refresh.epoch);
        state.view.refresh(epoch, &tiles);
        state.view.refresh_videos(epoch, &refresh.videos);
        self.shared.due.notify_one();
    }

    /// The relay has applied updates.
    pub(super) fn answer(&self, answer: &Answer) {
        self.shared.state.lock().view.answer(answer.applied);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uplink() -> Uplink {
        Uplink::new(SessionId::from_wire(1), RenditionId::from_wire(4))
    }

    #[test]
    fn the_first_thing_wanted_is_a_picture() {
        let uplink = uplink();
        let turn = uplink.begin();
        assert_eq!(uplink.wait(turn, Instant::now()), Task::Picture);
    }

    #[test]
    fn the_end_of_a_turn_wakes_a_capture_that_waits_for_its_next_picture() {
        let uplink = uplink();
        let turn = uplink.begin();
        let waiting = uplink.clone();
        let far = Instant::now() + Duration::from_secs(60);
        let thread = std::thread::spawn(move || waiting.wait(turn, far));
        uplink.end();
        assert_eq!(thread.join().expect("the thread ends"), Task::Stop);
    }

    #[test]
    fn what_is_left_of_an_earlier_turn_comes_to_nothing() {
        let uplink = uplink();
        let earlier = uplink.begin();
        uplink.end();
        let now = uplink.begin();
        assert_eq!(uplink.wait(earlier, Instant::now()), Task::Stop);
        assert!(uplink.is_on(now) && !uplink.is_on(earlier));
    }
}
