//! The bad line that figures are taken on.

use std::time::Duration;

use e2e::shaper::Line;

/// How tables call it.
pub const POOR_NAME: &str = "40 ms, 1 % loss, 5 Mb/s";

/// 40 ms round trip, 1 % loss, 5 Mb/s.
pub const POOR: Line = Line::new(Duration::from_millis(20), 0.01, 5_000_000, 20);
