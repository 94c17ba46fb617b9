//! What is left of a run: a table for the terminal, and a page with plots that needs nothing beside itself.

use std::fmt::Write;

use crate::run::{Moment, Outcome};
use crate::tally::{Counted, Times};

/// Size of a plot.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 180.0;

/// Room for the numbers at its left and below.
const LEFT: f64 = 56.0;
const BELOW: f64 = 22.0;

/// Lines of one plot, by name, colour, and value of each second.
type Series<'a> = (&'a str, &'a str, Box<dyn Fn(&Moment) -> f64 + 'a>);

/// A table for the terminal.
pub fn text(outcome: &Outcome) -> String {
    let mut text = String::new();
    for (name, value) in rows(outcome) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:<44} {value}");
    }
    text
}

/// An HTML page with the same table and a plot of each kind.
pub fn page(outcome: &Outcome) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Load</title><style>\
         body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:46rem;padding:0 1rem;color:#1d2733}\
         td{padding:.1rem 1rem .1rem 0}td+td{font-variant-numeric:tabular-nums}h2{font-size:1rem;margin:1.6rem 0 .2rem}\
         svg{width:100%;height:auto}text{font:11px system-ui,sans-serif;fill:#5b6773}</style>\n<h1>Load</h1>\n<table>\n",
    );
    for (name, value) in rows(outcome) {
        let _ = writeln!(page, "<tr><td>{}</td><td>{}</td></tr>", escaped(&name), escaped(&value));
    }
    page.push_str("</table>\n");
    for (title, unit, series) in plots() {
        let _ = writeln!(page, "<h2>{title}</h2>\n{}", plot(&outcome.moments, unit, &series));
    }
    page.push_str("</html>\n");
    page
}

fn plots<'a>() -> Vec<(&'a str, &'a str, Vec<Series<'a>>)> {
    vec![
        (
            "Delivered",
            "MB/s",
            vec![
                ("prompt", "#1b6ca8", Box::new(|moment| moment.prompt.bytes as f64 / 1e6)),
                ("slow", "#b8860b", Box::new(|moment| moment.slow.bytes as f64 / 1e6)),
            ],
        ),
        (
            "From capture to technician",
            "ms",
            vec![
                ("p50", "#1b6ca8", Box::new(|moment| moment.prompt.latency.p50)),
                ("p95", "#b8860b", Box::new(|moment| moment.prompt.latency.p95)),
                ("p99", "#b03a2e", Box::new(|moment| moment.prompt.latency.p99)),
            ],
        ),
        (
            "Age of the picture",
            "ms",
            vec![
                ("p50", "#1b6ca8", Box::new(|moment| moment.prompt.age.p50)),
                ("p99", "#b03a2e", Box::new(|moment| moment.prompt.age.p99)),
            ],
        ),
        (
            "From key to picture",
            "ms",
            vec![
                ("p50", "#1b6ca8", Box::new(|moment| moment.prompt.echo.p50)),
                ("p99", "#b03a2e", Box::new(|moment| moment.prompt.echo.p99)),
            ],
        ),
        (
            "Relay's processor",
            "% of a core",
            vec![("relay", "#1b6ca8", Box::new(|moment| moment.relay_percent))],
        ),
        ("Relay's memory", "MB", vec![("relay", "#1b6ca8", Box::new(|moment| moment.relay_bytes / 1e6))]),
    ]
}

fn rows(outcome: &Outcome) -> Vec<(String, String)> {
    let mut rows = vec![
        row("measured", format!("{:.1} s", outcome.seconds)),
        row("agents · idle agents · technicians", {
            format!("{} · {} · {}", outcome.agents, outcome.idle, outcome.technicians)
        }),
    ];
    rows.extend(counted("prompt technicians", &outcome.prompt, outcome.seconds));
    rows.push(row("… updates of captures", format!("{:.1} %", 100.0 * outcome.delivered_share)));
    if 0 < outcome.slow.updates {
        rows.extend(counted("slow and stalled technicians", &outcome.slow, outcome.seconds));
    }
    let known = [
        ("relay's CPU for each GB", outcome.cpu_seconds_per_gb, "s"),
        ("relay's CPU for each update of a technician", outcome.cpu_us_per_update, "µs"),
        ("relay's CPU for each technician", outcome.cpu_percent_per_technician, "% of a core"),
        ("relay's memory for each idle link", outcome.idle_link_bytes.map(|bytes| bytes / 1e3), "kB"),
        ("relay's memory for each session", outcome.session_bytes.map(|bytes| bytes / 1e3), "kB"),
    ];
    for (name, value, unit) in known {
        rows.extend(value.map(|value| row(name, format!("{value:.2} {unit}"))));
    }
    let churn = outcome.churn;
    if 0 < churn.joins {
        let text = format!(
            "{} came, {} saw a picture, {} failed, {} crashed",
            churn.joins, churn.pictures, churn.failures, churn.crashes
        );
        rows.push(row("coming and going", text));
    }
    rows.extend(outcome.relay_counters.iter().map(|(name, by)| (name.clone(), format!("{by:.0}"))));
    rows.push(row("peers that ended by themselves", outcome.ended.to_string()));
    rows.extend(outcome.faults.iter().map(|fault| row("…", fault.clone())));
    rows
}

fn row(name: &str, value: String) -> (String, String) {
    (name.to_owned(), value)
}

fn counted(who: &str, counted: &Counted, seconds: f64) -> Vec<(String, String)> {
    let (updates, bytes) = (counted.updates as f64 / seconds, counted.bytes as f64 / 1e6 / seconds);
    let mut rows = vec![row(who, format!("{updates:.0} updates/s, {bytes:.2} MB/s"))];
    let known = [
        ("… from capture to update", counted.latency),
        ("… age of the picture", counted.age),
        ("… from key to agent", counted.input),
        ("… from key to update", counted.echo),
    ];
    let known = known.into_iter().filter(|(_, times)| 0 < times.count);
    rows.extend(known.map(|(name, times)| row(name, quantiles(times))));
    rows
}

fn quantiles(times: Times) -> String {
    let Times { count, p50, p95, p99, max } = times;
    format!("p50 {p50:.2}  p95 {p95:.2}  p99 {p99:.2}  max {max:.2} ms  ({count})")
}

/// One plot over the seconds of a run.
fn plot(moments: &[Moment], unit: &str, series: &[Series<'_>]) -> String {
    let values = || series.iter().flat_map(|(_, _, value)| moments.iter().map(value));
    let top = round_up(values().fold(0.0, f64::max));
    let last = moments.last().map_or(1.0, |moment| moment.at.max(1.0));
    let x = |at: f64| LEFT + (WIDTH - LEFT) * at / last;
    let y = |value: f64| (HEIGHT - BELOW) * (1.0 - value / top) + 8.0;
    let mut svg = format!("<svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\">", HEIGHT + 8.0);
    for share in [0.0, 0.5, 1.0] {
        let (at, value) = (y(top * share), top * share);
        let _ = write!(
            svg,
            "<path d=\"M{LEFT} {at:.1}H{WIDTH}\" stroke=\"#d5dbe1\"/><text x=\"0\" y=\"{:.1}\">{}</text>",
            at + 4.0,
            short(value)
        );
    }
    for (place, (name, colour, value)) in series.iter().enumerate() {
        let points = moments.iter().map(|moment| format!("{:.1},{:.1}", x(moment.at), y(value(moment))));
        let points: Vec<_> = points.collect();
        let _ = write!(
            svg,
            "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" points=\"{}\"/>\
             <text x=\"{}\" y=\"{HEIGHT}\" style=\"fill:{colour}\">{name}</text>",
            points.join(" "),
            LEFT + 80.0 * place as f64,
        );
    }
    let _ = write!(
        svg,
        "<text x=\"{WIDTH}\" y=\"{HEIGHT}\" text-anchor=\"end\">{unit}, {last:.0} s</text></svg>"
    );
    svg
}

/// The next of 1, 2, 5, 10, 20 … that is not below.
fn round_up(value: f64) -> f64 {
    let ten = 10_f64.powf(value.max(1e-3).log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * ten).find(|top| value <= *top).unwrap_or(10.0 * ten)
}

fn short(value: f64) -> String {
    if value < 10.0 && value.fract() != 0.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::churn::Churned;

    fn outcome() -> Outcome {
        let moment = |at: f64| Moment {
            at,
            prompt: Counted { updates: 300, bytes: 6_000_000, ..Counted::default() },
            slow: Counted::default(),
            relay_percent: 42.0,
            relay_bytes: 5e7,
            ended: 0,
        };
        Outcome {
            seconds: 2.0,
            agents: 10,
            idle: 0,
            technicians: 10,
            prompt: Counted { updates: 600, bytes: 12_000_000, ..Counted::default() },
            slow: Counted::default(),
            delivered_share: 1.0,
            cpu_seconds_per_gb: Some(3.5),
            cpu_us_per_update: None,
            cpu_percent_per_technician: None,
            idle_link_bytes: None,
            session_bytes: None,
            relay_counters: BTreeMap::from([("nearhand_x_total{a=\"<b>\"}".to_owned(), 2.0)]),
            churn: Churned::default(),
            ended: 0,
            faults: Vec::new(),
            moments: vec![moment(1.0), moment(2.0)],
        }
    }

    #[test]
    fn the_table_has_what_was_measured_and_nothing_else() {
        let text = text(&outcome());
        assert!(text.contains("300 updates/s, 6.00 MB/s"), "{text}");
        assert!(text.contains("3.50 s"), "{text}");
        assert!(!text.contains("idle link"), "{text}");
    }

    #[test]
    fn the_page_draws_each_second_and_escapes_what_peers_say() {
        let page = page(&outcome());
        assert!(page.contains("&lt;b>") && !page.contains("<b>"), "{page}");
        assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
        let delivered = page.split("Delivered").nth(1).unwrap_or("");
        let points = delivered.split("points=\"").nth(1).and_then(|rest| rest.split('"').next());
        assert_eq!(points.map(|points| points.split(' ').count()), Some(2));
    }

    #[test]
    fn a_plot_ends_at_a_round_number() {
        assert_eq!([0.0, 0.3, 1.0, 42.0, 501.0].map(round_up), [0.001, 0.5, 1.0, 50.0, 1000.0]);
    }
}
