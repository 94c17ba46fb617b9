//! This computer's desktop as the agent uses it: what there is to see, and hands to do things with.

pub mod displays;
mod hands;
mod pointer;
mod wallpaper;

use std::path::Path;

use platform::Platform;
use tokio::sync::watch;
use wire::control::Display;

pub use hands::{Hands, Stuck};
pub use pointer::{PointerState, PointerWatch};
pub use wallpaper::{Curtain, CurtainError};

/// An open desktop. Cheap to clone; its threads end with the last clone.
#[derive(Clone)]
pub struct Desktop {
    /// Opens captures and pointers.
    pub platform: Platform,
    /// The displays, as they are now. Closed once the desktop is lost.
    pub displays: watch::Receiver<Vec<Display>>,
    /// Does what technicians do; `None` where nothing can be injected.
    pub hands: Option<Hands>,
    /// Hides the wallpaper; `None` where nothing can be done about it.
    pub curtain: Option<Curtain>,
}

impl Desktop {
    /// Opens the desktop that `spec` names; see [`Platform::open`]. What a crash left hidden is shown again, by the
    /// note in the folder `state`.
    ///
    /// # Errors
    /// When there is none, or its displays cannot be listed. A desktop without a way to inject input opens, and
    /// says so in the log; so does one whose wallpaper cannot be hidden.
    pub fn open(spec: &str, state: &Path) -> anyhow::Result<Self> {
        let platform = Platform::open(spec)?;
        let displays = displays::start(&platform)?;
        let hands = match Hands::start(&platform) {
            Ok(hands) => Some(hands),
            Err(error) => {
                tracing::warn!(%error, "technicians can look but not control");
                None
            }
        };
        let curtain = match Curtain::hang(&platform, state) {
            Ok(curtain) => Some(curtain),
            Err(error) => {
                tracing::warn!(%error, "the wallpaper is never hidden");
                None
            }
        };
        Ok(Self { platform, displays, hands, curtain })
    }

    /// Whether the desktop went away.
    pub fn is_lost(&self) -> bool {
        self.displays.has_changed().is_err()
    }
}
