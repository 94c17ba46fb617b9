//! Schedules: the hours of the week in which something may start, in a time zone.

use serde::{Deserialize, Serialize};

/// Hours of the week, by the clocks of one time zone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// IANA name, such as `Europe/Paris`.
    pub time_zone: String,
    /// When it is open. None: never.
    pub windows: Vec<Window>,
}

/// A span on some days of the week. One that ends before it begins ends on the next day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Days on which it begins; 1 is Monday, 7 Sunday (ISO 8601).
    pub days: Vec<u8>,
    /// Minutes after midnight at which it opens, 0 to 1439.
    pub opens_min: u16,
    /// Minutes after midnight at which it closes, 0 to 1440; the same as `opens_min`: a whole day.
    pub closes_min: u16,
}
