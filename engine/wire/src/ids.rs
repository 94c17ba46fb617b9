//! Names of things on the wire. Each is a number that only compares.

use crate::control::ColorMode;
use crate::limits::{DICTIONARIES_MAX, SLOTS_MAX, TILES_MAX};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($raw:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name($raw);

        impl $name {
            /// The name that this number stands for.
            pub const fn from_wire(raw: $raw) -> Self {
                Self(raw)
            }

            /// The number that travels.
            pub const fn to_wire(self) -> $raw {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// A support session of the desk. Never reused, below 2^62. 0 names the link itself.
    SessionId(u64)
}

id! {
    /// One run of one display at one size, random; a new one makes all older tiles worthless.
    Epoch(u64)
}

id! {
    /// The capture in which pixels last changed, counted from 1 within an epoch. 0: never.
    Version(u32)
}

id! {
    /// A technician's place in a session, dealt by the relay and never reused within the session.
    Seat(u32)
}

id! {
    /// A command shell of an endpoint, dealt by its agent and never reused while it runs. Below 2^62.
    ShellId(u64)
}

id! {
    /// A tile by its place in the grid, row by row. Below [`TILES_MAX`].
    TileIndex(u16)
}

id! {
    /// A place in which a viewer keeps a tile for later. Below [`SLOTS_MAX`].
    Slot(u16)
}

id! {
    /// A dictionary of an epoch. Below [`DICTIONARIES_MAX`].
    DictionaryId(u8)
}

impl SessionId {
    /// The link itself, for streams that belong to no session.
    pub const LINK: Self = Self(0);
}

impl Version {
    /// Before the first capture.
    pub const NONE: Self = Self(0);

    /// The version after this one, or `None` when the epoch has used them all.
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

impl TileIndex {
    /// The place of this tile in a row-major list.
    pub const fn to_usize(self) -> usize {
        self.0 as usize
    }

    /// The tile at a place in a row-major list, if there can be one.
    pub fn from_usize(place: usize) -> Option<Self> {
        if place < TILES_MAX { u16::try_from(place).ok().map(Self) } else { None }
    }
}

impl Slot {
    /// The place of this slot in a list.
    pub const fn to_usize(self) -> usize {
        self.0 as usize
    }

    /// The slot at a place in a list, if there can be one.
    pub fn from_usize(place: usize) -> Option<Self> {
        if place < SLOTS_MAX { u16::try_from(place).ok().map(Self) } else { None }
    }
}

impl DictionaryId {
    /// The place of this dictionary in a list; below [`DICTIONARIES_MAX`] when it was read from the wire.
    pub const fn to_usize(self) -> usize {
        self.0 as usize
    }

    /// The dictionary at a place in a list, if there can be one.
    pub fn from_usize(place: usize) -> Option<Self> {
        if place < DICTIONARIES_MAX { u8::try_from(place).ok().map(Self) } else { None }
    }
}

/// One display coded in one way: display in the high byte, colours in the low one.
///
/// `AllColors` and `VideoOptimized` share a rendition, with video as a layer on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RenditionId(u16);

impl RenditionId {
    /// The rendition that shows `display` in `mode`. An unspecified mode means all colours.
    pub fn of(display: u8, mode: ColorMode) -> Self {
        let colors = match mode {
            ColorMode::BlackAndWhite => 1,
            ColorMode::FewColors => 2,
            ColorMode::MoreColors => 3,
            ColorMode::Unspecified | ColorMode::AllColors | ColorMode::VideoOptimized => 4,
        };
        Self(u16::from(display) << 8 | colors)
    }

    /// The rendition that this number stands for.
    pub const fn from_wire(raw: u16) -> Self {
        Self(raw)
    }

    /// The number that travels.
    pub const fn to_wire(self) -> u16 {
        self.0
    }

    /// The display that is shown.
    pub const fn display(self) -> u8 {
        (self.0 >> 8) as u8
    }
}

impl std::fmt::Display for RenditionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.display(), self.0 & 0xff)
    }
}
