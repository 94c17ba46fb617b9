//! On every shaped line the picture is young and the queue short; what the other controllers do is in the figures.

use lines::line::Line;
use lines::run::{Outcome, run};
use lines::screen::Show;
use transport::settings::Congestion;

const SECONDS: u64 = 6;

/// Every line of a speed, in Mb/s: near, far and very far, clean, lossy and bad, with deep and small buffers.
fn lines(rate: u64) -> Vec<Line> {
    let mut lines = Vec::new();
    for buffer_us in [200_000, 20_000] {
        for rtt_us in [20_000, 80_000, 200_000] {
            for loss_thousandths in [0, 10, 30] {
                lines.push(Line { rate_bits: rate * 1_000_000, rtt_us, loss_thousandths, buffer_us });
            }
        }
    }
    lines
}

fn show(show: Show, line: Line, congestion: Congestion) -> Outcome {
    run(show, line, congestion, SECONDS, 7).expect("a run")
}

/// The picture is at most so old, in milliseconds beyond the round trip, for 95 of 100 of the time.
fn check_motion(rate: u64, bound_ms: impl Fn(Line) -> f64) {
    for line in lines(rate) {
        let outcome = show(Show::Motion, line, Congestion::Budget);
        let bound = bound_ms(line) + line.rtt_us as f64 / 1e3;
        assert!(outcome.age_ms.p95 < bound, "{}: {outcome:?}, the bound is {bound} ms", line.name());
        assert!(outcome.queue_ms.p95 < 80.0, "{}: {outcome:?}", line.name());
    }
}

#[test]
fn at_20_mbit_the_picture_is_young_on_every_line() {
    check_motion(20, |_| 250.0);
}

#[test]
fn at_5_mbit_the_picture_is_young_on_every_line() {
    check_motion(5, |_| 250.0);
}

/// A picture takes 166 ms of such a line by itself; where packets are lost, many pictures lack one, which is sent again
/// a round trip later.
#[test]
fn at_1_mbit_the_picture_is_young_on_every_line() {
    check_motion(1, |line| [250.0, 320.0][usize::from(0 < line.loss_thousandths)]);
}

#[test]
fn a_letter_is_seen_soon_while_a_page_of_photographs_loads() {
    for line in lines(1) {
        let outcome = show(Show::TypingBesidePhotos, line, Congestion::Budget);
        let bound = 150.0 + line.rtt_us as f64 / 1e3;
        assert!(outcome.age_ms.p95 < bound, "{}: {outcome:?}, the bound is {bound} ms", line.name());
    }
}

#[test]
fn lost_packets_cost_little_where_cubic_gives_up() {
    let line = Line { rate_bits: 5_000_000, rtt_us: 80_000, loss_thousandths: 10, buffer_us: 200_000 };
    let [ours, cubic] = [Congestion::Budget, Congestion::Cubic].map(|it| show(Show::Motion, line, it));
    assert!(2.0 * ours.age_ms.p95 < cubic.age_ms.p95, "ours {ours:?}, Cubic {cubic:?}");
}

#[test]
fn a_run_is_the_same_again_with_its_seed() {
    let line = Line { rate_bits: 5_000_000, rtt_us: 20_000, loss_thousandths: 10, buffer_us: 20_000 };
    let runs = [7, 7, 8].map(|seed| run(Show::Motion, line, Congestion::Budget, 2, seed).expect("a run"));
    assert_eq!(runs[0].updates, runs[1].updates);
    assert_ne!(runs[0].bytes_per_second, runs[2].bytes_per_second);
}
