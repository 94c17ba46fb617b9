//! What one session may hold.

/// Bounds of one [`crate::Session`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Viewers at once. An update reports the last input of at most 16 technicians.
    pub seats_max: usize,
    /// Displays that one viewer watches at once: each costs a store and a view.
    pub displays_max: usize,
    /// Colour modes of one display at once: the agent codes each of them.
    pub modes_max: usize,
    /// Renditions that one agent link may have sent on: each keeps a count for as long as the link.
    pub renditions_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { seats_max: wire::limits::SEATS_MAX, displays_max: 8, modes_max: 2, renditions_max: 64 }
    }
}
