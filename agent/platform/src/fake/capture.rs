//! Capturing a fake display: copies what was drawn or played since the call before.

use std::{sync::Arc, time::Duration};

use frame::{Frame, Picture, Rect, Region};

use super::state::{Look, Screen, Shared, Waiter};
use crate::{Capture, CaptureError, Captured, Lost, OpenError, Waker};

pub(super) struct FakeCapture {
    waiter: Waiter,
    display: u8,
    generation: u64,
    picture: Picture,
    damage: Region,
}

impl FakeCapture {
    pub(super) fn open(shared: &Arc<Shared>, display: u8) -> Result<Self, OpenError> {
        let waiter = Waiter::join(shared);
        let mut state = shared.state.lock();
        let screen = state.screen_mut(display).ok_or(OpenError::NoSuchDisplay(display))?;
        let size = screen.picture.size();
        let picture = Picture::new(size).map_err(|_| OpenError::TooLarge(size))?;
        let mut region = Region::default();
        region.add(Rect::of(size));
        screen.damage.insert(waiter.id, region);
        Ok(Self { waiter, display, generation: screen.generation, picture, damage: Region::default() })
    }
}

impl Capture for FakeCapture {
    fn next_frame(&mut self, wait: Duration) -> Result<Option<Captured<'_>>, CaptureError> {
        let Self { waiter, display, generation, picture, damage } = self;
        let id = waiter.id;
        let taken = waiter.wait(wait, |state, now| {
            let next = match state.play(now) {
                Ok(next) => next,
                Err(error) => return Look::Found(Err(Lost(error.to_string()).into())),
            };
            match state.screen_mut(*display).filter(|screen| screen.generation == *generation) {
                None => Look::Found(Err(CaptureError::Resized)),
                Some(screen) => match take(screen, id, picture, damage) {
                    true => Look::Found(Ok(())),
                    false => Look::Again(next),
                },
            }
        });
        match taken {
            None => Ok(None),
            Some(Err(error)) => Err(error),
            Some(Ok(())) => Ok(Some(Captured { frame: self.picture.frame(), damage: self.damage.rects() })),
        }
    }

    fn newest(&self) -> Option<Frame<'_>> {
        // Nothing was damaged yet where nothing was given.
        if self.damage.is_empty() { None } else { Some(self.picture.frame()) }
    }

    fn waker(&self) -> Waker {
        self.waiter.waker()
    }
}

/// Copies what changed for the capture with this id; `false` where nothing did.
fn take(screen: &mut Screen, id: u64, picture: &mut Picture, damage: &mut Region) -> bool {
    let Some(changed) = screen.damage.get_mut(&id).filter(|region| !region.is_empty()) else {
        return false;
    };
    *damage = std::mem::take(changed);
    for &rect in damage.rects() {
        picture.copy_from(&screen.picture.frame(), rect);
    }
    true
}
