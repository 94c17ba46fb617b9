//! Input into a fake desktop: nothing is pressed, all is written down.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use frame::Point;
use keyboard_types::{Code, Key};
use parking_lot::{Condvar, Mutex};

use super::state::Shared;
use crate::{Button, Input, InputError};

/// Events that a log keeps; older ones are dropped and counted. A test that injects more reads as it goes.
const LOG_EVENTS_MAX: usize = 16_384;

/// One call of [`Input`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Injected {
    /// [`Input::pointer`].
    Pointer {
        /// Which display.
        display: u8,
        /// The pixel.
        at: Point,
    },
    /// [`Input::button`].
    Button {
        /// Which one.
        button: Button,
        /// Pressed, or released.
        down: bool,
    },
    /// [`Input::wheel`].
    Wheel {
        /// To the right.
        dx: i32,
        /// Downwards.
        dy: i32,
    },
    /// [`Input::key`].
    Key {
        /// The place on the keyboard.
        code: Code,
        /// What it means there.
        key: Option<Key>,
        /// Pressed, or released.
        down: bool,
    },
    /// [`Input::text`].
    Text(String),
    /// [`Input::release_all`], or the input was dropped.
    ReleaseAll,
}

/// What was injected into a fake desktop, oldest first. Clones are handles to the same log.
#[derive(Clone, Default)]
pub struct InputLog {
    inner: Arc<(Mutex<Entries>, Condvar)>,
}

#[derive(Default)]
struct Entries {
    events: VecDeque<Injected>,
    dropped: u64,
}

impl InputLog {
    /// Takes the oldest event, and waits for one while there is none. `None` after `wait`.
    pub fn next(&self, wait: Duration) -> Option<Injected> {
        let (entries, added) = &*self.inner;
        let deadline = Instant::now() + wait;
        let mut entries = entries.lock();
        while entries.events.is_empty() {
            if added.wait_until(&mut entries, deadline).timed_out() {
                break;
            }
        }
        entries.events.pop_front()
    }

    /// Takes all events.
    pub fn take(&self) -> Vec<Injected> {
        self.inner.0.lock().events.drain(..).collect()
    }

    /// How many events were dropped because nobody took them.
    pub fn dropped(&self) -> u64 {
        self.inner.0.lock().dropped
    }

    fn push(&self, event: Injected) {
        let (entries, added) = &*self.inner;
        let mut entries = entries.lock();
        if LOG_EVENTS_MAX <= entries.events.len() {
            entries.events.pop_front();
            entries.dropped += 1;
        }
        entries.events.push_back(event);
        added.notify_all();
    }
}

pub(super) struct FakeInput {
    shared: Arc<Shared>,
}

impl FakeInput {
    pub(super) fn open(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared) }
    }
}

impl Input for FakeInput {
    fn pointer(&mut self, display: u8, at: Point) -> Result<(), InputError> {
        let mut there = false;
        self.shared.change(|state| {
            there = usize::from(display) < state.screens.len();
            if state.display_has(display, at) {
                state.cursor.move_to(display, at);
            }
        });
        if !there {
            return Err(InputError::NoSuchDisplay(display));
        }
        self.shared.log.push(Injected::Pointer { display, at });
        Ok(())
    }

    fn button(&mut self, button: Button, down: bool) -> Result<(), InputError> {
        self.shared.log.push(Injected::Button { button, down });
        Ok(())
    }

    fn wheel(&mut self, dx: i32, dy: i32) -> Result<(), InputError> {
        self.shared.log.push(Injected::Wheel { dx, dy });
        Ok(())
    }

    fn key(&mut self, code: Code, key: Option<&Key>, down: bool) -> Result<(), InputError> {
        self.shared.log.push(Injected::Key { code, key: key.cloned(), down });
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), InputError> {
        self.shared.log.push(Injected::Text(text.to_owned()));
        Ok(())
    }

    fn release_all(&mut self) -> Result<(), InputError> {
        self.shared.log.push(Injected::ReleaseAll);
        Ok(())
    }
}

impl Drop for FakeInput {
    fn drop(&mut self) {
        self.shared.log.push(Injected::ReleaseAll);
    }
}
