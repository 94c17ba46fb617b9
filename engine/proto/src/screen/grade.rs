//! How new and how near to the endpoint's pixels a tile is.

use wire::Version;
use wire::screen::{EXACT, Quality};

/// Version first, then quality: of two grades in an epoch the higher one is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Grade {
    pub(super) version: Version,
    pub(super) quality: Quality,
}

impl Grade {
    /// Never seen.
    pub(super) const NONE: Self = Self { version: Version::NONE, quality: 0 };

    /// The endpoint's own pixels at a version.
    pub(super) fn exact(version: Version) -> Self {
        Self { version, quality: EXACT }
    }

    /// Whether based operations may read it.
    pub(super) fn is_exact(self) -> bool {
        self.quality == EXACT && self.version != Version::NONE
    }
}
