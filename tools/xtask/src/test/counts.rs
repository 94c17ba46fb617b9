//! How many tests passed, read from what the test runners print.

use std::fmt;

/// Tests that passed and failed so far, over all runners.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    passed: u32,
    failed: u32,
}

impl Counts {
    /// Adds the numbers of a runner's closing line; other lines change nothing.
    ///
    /// The closing lines are nextest's `Summary […] 3 tests run: 3 passed`, cargo's `test result: ok. 3 passed;
    /// 0 failed` and vitest's `Tests  1 failed | 3 passed (4)`.
    pub(super) fn read(&mut self, line: &str) {
        let line = line.trim_start();
        if !["Summary [", "test result: ", "Tests  "].iter().any(|start| line.starts_with(start)) {
            return;
        }
        self.passed += number_before(line, "passed");
        self.failed += number_before(line, "failed") + number_before(line, "timed out");
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// The number in front of `word`, or 0 where there is none.
fn number_before(line: &str, word: &str) -> u32 {
    let before = line.find(&format!(" {word}")).map_or("", |at| &line[..at]);
    before.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], expected: &str) {
        let mut counts = Counts::default();
        lines.iter().for_each(|line| counts.read(line));
        assert_eq!(counts.to_string(), expected);
    }

    #[test]
    fn all_three_runners_are_added_up() {
        check(
            &[
                "     Summary [   0.010s] 7 tests run: 3 passed (1 slow), 2 failed, 1 timed out, 1 skipped",
                "test result: ok. 10 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
                "      Tests  1 failed | 100 passed (101)",
            ],
            "113 passed, 4 failed",
        );
    }

    #[test]
    fn what_a_test_prints_is_not_counted() {
        check(&["assertion 5 passed", "test a_link_that_failed ... ok"], "0 passed, 0 failed");
    }
}
