//! The wallpaper of a fake desktop: a name, and whether it is hidden. Nothing of it is drawn.

use std::sync::Arc;

use super::state::Shared;
use crate::{Lost, Wallpaper};

/// What lies behind the windows.
#[derive(Debug, Default)]
pub(super) struct Backdrop {
    /// What was chosen, if anything was.
    pub(super) name: Option<String>,
    pub(super) is_hidden: bool,
}

pub(super) struct FakeWallpaper {
    shared: Arc<Shared>,
}

impl FakeWallpaper {
    pub(super) fn open(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared) }
    }
}

impl Wallpaper for FakeWallpaper {
    fn original(&mut self) -> Result<Option<String>, Lost> {
        Ok(self.shared.state.lock().backdrop.name.clone())
    }

    fn hide(&mut self) -> Result<(), Lost> {
        self.shared.change(|state| state.backdrop.is_hidden = state.backdrop.name.is_some());
        Ok(())
    }

    fn show(&mut self, original: &str) -> Result<(), Lost> {
        self.shared.change(|state| {
            if state.backdrop.name.as_deref() == Some(original) {
                state.backdrop.is_hidden = false;
            }
        });
        Ok(())
    }
}
