//! What the parts of a fake desktop share, behind one lock: screens, pointer, and the recording that plays.

use std::{
    collections::HashMap,
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use frame::{Picture, Point, Rect, Region};
use parking_lot::{Condvar, Mutex, MutexGuard};

use super::{
    actions::Doings, clipboard::Board, cursor::Pointer, input::InputLog, privacy::Blinds,
    recording::Recording, wallpaper::Backdrop,
};
use crate::{Display, Waker};

/// The lock, and the bell that rings at every change.
pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    pub(super) log: InputLog,
    changed: Condvar,
}

pub(super) struct State {
    pub(super) screens: Vec<Screen>,
    /// Counts changes of the list of displays.
    pub(super) layout: u64,
    pub(super) cursor: Pointer,
    pub(super) backdrop: Backdrop,
    pub(super) board: Board,
    pub(super) doings: Doings,
    pub(super) blinds: Blinds,
    recording: Option<Recording>,
    /// Who was woken and has not noticed yet, and the number of the next waiter.
    woken: HashMap<u64, bool>,
    next_waiter: u64,
}

/// One display's picture, and what changed in it for each of its captures.
pub(super) struct Screen {
    pub(super) picture: Picture,
    /// Counts changes of its size.
    pub(super) generation: u64,
    pub(super) damage: HashMap<u64, Region>,
}

/// One part's place among the waiters. Leaves it when dropped.
pub(super) struct Waiter {
    pub(super) shared: Arc<Shared>,
    pub(super) id: u64,
}

impl Shared {
    pub(super) fn new(picture: Picture, recording: Option<Recording>) -> Arc<Self> {
        let state = State {
            screens: vec![Screen::new(picture)],
            layout: 0,
            cursor: Pointer::arrow(),
            backdrop: Backdrop::default(),
            board: Board::default(),
            doings: Doings::default(),
            blinds: Blinds::default(),
            recording,
            woken: HashMap::new(),
            next_waiter: 0,
        };
        Arc::new(Self { state: Mutex::new(state), log: InputLog::default(), changed: Condvar::new() })
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock());
        self.changed.notify_all();
    }
}

impl State {
    pub(super) fn screen_mut(&mut self, display: u8) -> Option<&mut Screen> {
        self.screens.get_mut(usize::from(display))
    }

    pub(super) fn resize(&mut self, display: u8, picture: Picture) {
        if let Some(screen) = self.screen_mut(display) {
            screen.picture = picture;
            screen.generation += 1;
            self.layout += 1;
        }
    }

    pub(super) fn add(&mut self, picture: Picture) {
        self.screens.push(Screen::new(picture));
        self.layout += 1;
    }

    /// The displays from left to right; as many as an id can count.
    pub(super) fn displays(&self) -> Vec<Display> {
        let mut left = 0;
        let placed = (0..=u8::MAX).zip(&self.screens).map(|(id, screen)| {
            let size = screen.picture.size();
            let rect = Rect::new(left, 0, size.width, size.height);
            left = rect.right();
            Display { id, name: format!("fake-{id}"), rect, primary: id == 0, scale: 1.0 }
        });
        placed.collect()
    }

    pub(super) fn display_has(&self, display: u8, at: Point) -> bool {
        let screen = self.screens.get(usize::from(display));
        screen.is_some_and(|screen| Rect::of(screen.picture.size()).contains(at))
    }

    /// Draws the recorded frames that are due, and says when the next one is.
    pub(super) fn play(&mut self, now: Instant) -> io::Result<Option<Instant>> {
        let (Some(recording), Some(screen)) = (&mut self.recording, self.screens.first_mut()) else {
            return Ok(None);
        };
        let mut region = Region::default();
        let next = recording.play(now, &mut screen.picture, &mut region)?;
        for &rect in region.rects() {
            screen.damage(rect);
        }
        Ok(next)
    }
}

impl Screen {
    fn new(picture: Picture) -> Self {
        Self { picture, generation: 0, damage: HashMap::new() }
    }

    /// Marks a rectangle as changed, as far as it lies in the picture.
    pub(super) fn damage(&mut self, rect: Rect) {
        let Some(inside) = rect.clip(self.picture.size()) else { return };
        for region in self.damage.values_mut() {
            region.add(inside);
        }
    }
}

impl Waiter {
    pub(super) fn join(shared: &Arc<Shared>) -> Self {
        let mut state = shared.state.lock();
        let id = state.next_waiter;
        state.next_waiter += 1;
        state.woken.insert(id, false);
        Self { shared: Arc::clone(shared), id }
    }

    pub(super) fn waker(&self) -> Waker {
        let (shared, id) = (Arc::downgrade(&self.shared), self.id);
        Waker::new(move || {
            let Some(shared) = shared.upgrade() else { return };
            shared.change(|state| {
                if let Some(woken) = state.woken.get_mut(&id) {
                    *woken = true;
                }
            });
        })
    }

    /// Calls `look` at once and after every change until it finds something, `wait` passes or this waiter is
    /// woken. `look` may ask to be called again at a given time.
    pub(super) fn wait<T>(
        &self,
        wait: Duration,
        mut look: impl FnMut(&mut State, Instant) -> Look<T>,
    ) -> Option<T> {
        // A deadline beyond what the clock can count is as good as none; a day bounds it.
        let deadline = Instant::now() + wait.min(Duration::from_secs(86_400));
        let mut state = self.shared.state.lock();
        loop {
            let now = Instant::now();
            let again = match look(&mut state, now) {
                Look::Found(found) => return Some(found),
                Look::Again(at) => at,
            };
            if deadline <= now || self.take_wake(&mut state) {
                return None;
            }
            self.shared.changed.wait_until(&mut state, again.map_or(deadline, |at| at.min(deadline)));
        }
    }

    fn take_wake(&self, state: &mut MutexGuard<'_, State>) -> bool {
        state.woken.insert(self.id, false).unwrap_or(false)
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut state = self.shared.state.lock();
        state.woken.remove(&self.id);
        for screen in &mut state.screens {
            screen.damage.remove(&self.id);
        }
    }
}

/// What a look at the state gave.
pub(super) enum Look<T> {
    Found(T),
    /// Nothing yet; look again at this time at the latest.
    Again(Option<Instant>),
}
