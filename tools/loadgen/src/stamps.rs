//! When an agent captured what: the one clock that both ends of a picture's way are read off.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

/// Captures that are remembered: half a minute at 30 a second.
const CAPTURES: usize = 1024;

/// Microseconds since the first call in this process.
pub fn now_us() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    u64::try_from(START.get_or_init(Instant::now).elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// The captures of one agent.
#[derive(Debug)]
pub struct Stamps {
    /// Capture and time of each place: `version << 40 | microseconds`, so that one is never taken for another.
    captures: Box<[AtomicU64]>,
}

impl Default for Stamps {
    fn default() -> Self {
        Self { captures: (0..CAPTURES).map(|_| AtomicU64::new(0)).collect() }
    }
}

impl Stamps {
    /// A capture was made just now.
    pub fn note(&self, version: u32) {
        self.captures[version as usize % CAPTURES].store(pack(version, now_us()), Relaxed);
    }

    /// Microseconds since a capture was made; `None` when it is forgotten.
    pub fn age_us(&self, version: u32) -> Option<u64> {
        let packed = self.captures[version as usize % CAPTURES].load(Relaxed);
        let captured_us = packed & TIME_MASK;
        let is_it = packed == pack(version, captured_us) && captured_us != 0;
        is_it.then(|| (now_us() & TIME_MASK).saturating_sub(captured_us))
    }
}

/// 40 bits: twelve days.
const TIME_MASK: u64 = (1 << 40) - 1;

fn pack(version: u32, time_us: u64) -> u64 {
    (u64::from(version) << 40) | (time_us & TIME_MASK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capture_has_an_age_until_another_takes_its_place() {
        let stamps = Stamps::default();
        assert_eq!(stamps.age_us(1), None);
        while now_us() == 0 {}
        stamps.note(1);
        assert!(stamps.age_us(1).is_some());
        stamps.note(1 + CAPTURES as u32);
        assert_eq!(stamps.age_us(1), None);
    }
}
