//! The displays of a fake desktop.

use std::{sync::Arc, time::Duration};

use super::state::{Look, Shared, Waiter};
use crate::{Display, Displays, Lost, Waker};

pub(super) struct FakeDisplays {
    waiter: Waiter,
    layout: u64,
    list: Vec<Display>,
}

impl FakeDisplays {
    pub(super) fn open(shared: &Arc<Shared>) -> Self {
        let waiter = Waiter::join(shared);
        let state = shared.state.lock();
        Self { waiter, layout: state.layout, list: state.displays() }
    }
}

impl Displays for FakeDisplays {
    fn list(&self) -> &[Display] {
        &self.list
    }

    fn wait(&mut self, wait: Duration) -> Result<bool, Lost> {
        let known = self.layout;
        let found = self.waiter.wait(wait, |state, _| match state.layout == known {
            true => Look::Again(None),
            false => Look::Found((state.layout, state.displays())),
        });
        let Some((layout, list)) = found else { return Ok(false) };
        self.layout = layout;
        self.list = list;
        Ok(true)
    }

    fn waker(&self) -> Waker {
        self.waiter.waker()
    }
}
