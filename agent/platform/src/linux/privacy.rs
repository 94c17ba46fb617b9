//! Privacy on an X server: there is none that could be promised.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use crate::{
    Privacy, Waker,
    privacy::{Possible, Shut},
};

/// Why the screen stays on: whatever covers it is in the technician's picture, too, and a power-saving screen wakes
/// with the first move of a mouse.
const NO_SCREEN: &str = "not available here: what covers an X11 screen is seen by the technician as well";

/// Why mouse and keyboard stay alive: a device that is switched off for the customer has no Ctrl+Alt+Del, so he could
/// not take it back.
const NO_INPUT: &str =
    "not available here: X11 cannot block mouse and keyboard and still let Ctrl+Alt+Del take them back";

/// Shuts nothing off, and says why.
#[derive(Default)]
pub(super) struct NoPrivacy {
    woken: Arc<(Mutex<bool>, Condvar)>,
}

impl Privacy for NoPrivacy {
    fn possible(&self) -> Possible {
        Possible { screen: Err(NO_SCREEN.to_owned()), input: Err(NO_INPUT.to_owned()) }
    }

    fn set(&mut self, shut: Shut) -> Result<(), String> {
        match shut {
            Shut { screen: true, .. } => Err(NO_SCREEN.to_owned()),
            Shut { input: true, .. } => Err(NO_INPUT.to_owned()),
            Shut { screen: false, input: false } => Ok(()),
        }
    }

    fn taken_back(&mut self, wait: Duration) -> bool {
        let (woken, bell) = &*self.woken;
        let mut woken = woken.lock();
        if !*woken {
            // A wait that ends for no reason is as good as one that ends in time.
            let _ = bell.wait_for(&mut woken, wait);
        }
        *woken = false;
        false
    }

    fn waker(&self) -> Waker {
        let woken = Arc::clone(&self.woken);
        Waker::new(move || {
            *woken.0.lock() = true;
            woken.1.notify_all();
        })
    }
}
