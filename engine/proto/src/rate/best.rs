//! The best of the last rounds, so that a path that became slower is believed after a while.

/// Rounds after which the older half is forgotten.
const ROUNDS: u32 = 8;

/// The highest of 8 to 16 rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Best {
    before: u64,
    lately: u64,
    rounds: u32,
}

impl Best {
    /// Knows one value, and forgets all before.
    pub(super) fn new(value: u64) -> Self {
        Self { before: value, lately: value, rounds: 0 }
    }

    pub(super) fn get(self) -> u64 {
        self.before.max(self.lately)
    }

    /// One more round that counts.
    pub(super) fn add(&mut self, value: u64) {
        self.lately = self.lately.max(value);
        self.rounds += 1;
        if ROUNDS <= self.rounds {
            *self = Self { before: self.lately, lately: value, rounds: 0 };
        }
    }

    /// A value that only counts if it is higher.
    pub(super) fn raise(&mut self, value: u64) {
        self.lately = self.lately.max(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_stays_for_eight_rounds_and_is_gone_after_sixteen() {
        let mut best = Best::new(10);
        best.raise(90);
        for _ in 0..ROUNDS {
            best.add(20);
            assert_eq!(best.get(), 90);
        }
        for _ in 0..ROUNDS {
            best.add(20);
        }
        assert_eq!(best.get(), 20);
    }
}
