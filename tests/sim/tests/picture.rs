//! Every theme with many seeds. Thin: what happens and what is checked stands in the library.

use tests_sim::scenario::{Theme, run};

/// Seeds of one test; tests run in parallel.
const SEEDS: u64 = 250;

fn check(theme: &Theme, first: u64) {
    for seed in first..first + SEEDS {
        if let Err(error) = run(theme, seed) {
            panic!("{error:?}");
        }
    }
}

#[test]
fn everybody_ends_exact_on_lines_of_any_quality() {
    check(&Theme::LINES, 0);
}

#[test]
fn everybody_ends_exact_behind_chains_of_relays() {
    check(&Theme::CHAINS, 10_000);
}

#[test]
fn viewers_that_come_late_and_lose_their_line_end_exact() {
    check(&Theme::COMING_AND_GOING, 20_000);
}

#[test]
fn a_new_size_or_agent_never_mixes_with_the_old_picture() {
    check(&Theme::EPOCHS, 30_000);
}

#[test]
fn restarted_relays_and_lost_agents_heal() {
    check(&Theme::RESTARTS, 40_000);
}

#[test]
fn storms_of_refreshes_end() {
    check(&Theme::STORMS, 50_000);
}

#[test]
fn viewers_that_look_away_and_come_back_end_exact() {
    check(&Theme::DEMAND, 60_000);
}

#[test]
fn viewers_who_read_nothing_or_talk_nonsense_change_nothing_for_the_others() {
    check(&Theme::HOSTILE, 90_000);
}

#[test]
fn what_is_more_than_the_lines_carry_is_left_out_and_the_newest_arrives() {
    check(&Theme::OVERLOAD, 100_000);
}

#[test]
fn films_go_only_once_the_tiles_beneath_are_there() {
    check(&Theme::FILMS, 80_000);
}

#[test]
fn everything_at_once_ends_exact() {
    check(&Theme::EVERYTHING, 70_000);
}

/// `SIM_SEED=… cargo nextest run -p tests-sim replay`
#[test]
fn replay() {
    let Ok(seed) = std::env::var("SIM_SEED") else { return };
    let seed = seed.parse().expect("SIM_SEED is a number");
    let themes = [
        Theme::LINES,
        Theme::CHAINS,
        Theme::COMING_AND_GOING,
        Theme::EPOCHS,
        Theme::RESTARTS,
        Theme::STORMS,
        Theme::DEMAND,
        Theme::HOSTILE,
        Theme::OVERLOAD,
        Theme::FILMS,
        Theme::EVERYTHING,
    ];
    for theme in themes {
        println!("{theme:?}: {:?}", run(&theme, seed).expect("a picture that ends exact"));
    }
}
