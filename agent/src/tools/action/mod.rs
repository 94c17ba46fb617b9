//! Actions of technicians on this computer: special ones, scripts, processes, services, and what the customer may see
//! and do meanwhile.
//!
//! [`rights`] says what each needs; [`serve()`] checks it, does it, and ends it with its right or its stream.

mod program;
mod restrict;
mod rights;
mod script;
mod serve;

use std::sync::Arc;

use parking_lot::Mutex;
use platform::{Actions, Platform};
use tokio::sync::Semaphore;

pub(super) use serve::{Work, serve};

use restrict::Blinds;

/// Programs that technicians run at the same time.
const PROGRAMS_MAX: usize = 16;

/// What can be done to this computer. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Doings {
    actions: Arc<Mutex<Box<dyn Actions>>>,
    blinds: Blinds,
    programs: Arc<Semaphore>,
    /// Passwords that are tried at the same time: one, so that nobody guesses many.
    logins: Arc<Semaphore>,
}

impl Doings {
    pub(crate) fn new(platform: &Platform) -> anyhow::Result<Self> {
        Ok(Self {
            actions: Arc::new(Mutex::new(platform.actions())),
            blinds: Blinds::start(platform.privacy())?,
            programs: Arc::new(Semaphore::new(PROGRAMS_MAX)),
            logins: Arc::new(Semaphore::new(1)),
        })
    }

    /// Asks the system something that may take it a while.
    async fn ask<T: Send + 'static>(
        &self,
        what: impl FnOnce(&mut dyn Actions) -> T + Send + 'static,
    ) -> Option<T> {
        let actions = Arc::clone(&self.actions);
        tokio::task::spawn_blocking(move || what(actions.lock().as_mut())).await.ok()
    }
}
