//! A fake customer whose screen and keys can be shut off, and who can take them back.

use std::sync::Arc;
use std::time::Duration;

use super::state::{Look, Shared, Waiter};
use crate::{
    Privacy, Waker,
    privacy::{Possible, Shut},
};

/// What is shut off, and what the customer did about it.
#[derive(Debug, Default)]
pub(super) struct Blinds {
    pub(super) shut: Shut,
    pub(super) takes_back: bool,
}

pub(super) struct FakePrivacy {
    waiter: Waiter,
}

impl FakePrivacy {
    pub(super) fn open(shared: &Arc<Shared>) -> Self {
        Self { waiter: Waiter::join(shared) }
    }
}

impl Privacy for FakePrivacy {
    fn possible(&self) -> Possible {
        Possible { screen: Ok(()), input: Ok(()) }
    }

    fn set(&mut self, shut: Shut) -> Result<(), String> {
        self.waiter.shared.change(|state| state.blinds.shut = shut);
        Ok(())
    }

    fn taken_back(&mut self, wait: Duration) -> bool {
        let taken = self.waiter.wait(wait, |state, _| {
            if !std::mem::take(&mut state.blinds.takes_back) {
                return Look::Again(None);
            }
            state.blinds.shut = Shut::default();
            Look::Found(())
        });
        taken.is_some()
    }

    fn waker(&self) -> Waker {
        self.waiter.waker()
    }
}

impl Drop for FakePrivacy {
    fn drop(&mut self) {
        self.waiter.shared.change(|state| state.blinds.shut = Shut::default());
    }
}
