//! Links that share a line, with many seeds for each trouble.

use tests_sim::share::{Shared, Trouble, run};

/// Seeds of one test; tests run in parallel.
const SEEDS: u64 = 250;

/// What must hold of every seed, and of the middle one.
struct Bounds {
    used: f64,
    smallest: f64,
    fairness_median: f64,
    queue_median_ms: u64,
}

fn check(trouble: Trouble, first: u64, bounds: &Bounds) {
    let (mut fairness, mut queues) = (Vec::new(), Vec::new());
    for seed in first..first + SEEDS {
        let Shared { used, smallest, fairness: fair, queue_p95_ms, .. } =
            run(trouble, seed).unwrap_or_else(|error| panic!("{error:?}"));
        assert!(bounds.used < used, "SIM_SEED={seed}: {used} of the line was used");
        assert!(bounds.smallest < smallest, "SIM_SEED={seed}: a link got {smallest} of its share");
        fairness.push(fair);
        queues.push(queue_p95_ms);
    }
    fairness.sort_by(f64::total_cmp);
    queues.sort_unstable();
    let middle = SEEDS as usize / 2;
    assert!(bounds.fairness_median < fairness[middle], "the median of fairness is {}", fairness[middle]);
    assert!(queues[middle] < bounds.queue_median_ms, "the median queue is {} ms", queues[middle]);
}

#[test]
fn links_that_come_one_after_the_other_share_a_line() {
    let bounds = Bounds { used: 0.85, smallest: 0.05, fairness_median: 0.85, queue_median_ms: 60 };
    check(Trouble::default(), 0, &bounds);
}

#[test]
fn a_line_that_loses_packets_is_shared_and_used_all_the_same() {
    let bounds = Bounds { used: 0.85, smallest: 0.05, fairness_median: 0.85, queue_median_ms: 60 };
    check(Trouble { loss_thousandths_max: 30, ..Trouble::default() }, 1_000, &bounds);
}

#[test]
fn before_small_buffers_nobody_starves() {
    let bounds = Bounds { used: 0.85, smallest: 0.01, fairness_median: 0.75, queue_median_ms: 60 };
    check(Trouble { small_buffers: true, ..Trouble::default() }, 2_000, &bounds);
}

#[test]
fn who_is_farther_away_gets_his_share() {
    let bounds = Bounds { used: 0.85, smallest: 0.05, fairness_median: 0.8, queue_median_ms: 80 };
    check(Trouble { mixed: true, ..Trouble::default() }, 3_000, &bounds);
}

#[test]
fn a_line_that_halves_its_speed_for_a_while_is_shared_again() {
    let bounds = Bounds { used: 0.85, smallest: 0.05, fairness_median: 0.85, queue_median_ms: 60 };
    check(Trouble { changes: true, ..Trouble::default() }, 4_000, &bounds);
}
