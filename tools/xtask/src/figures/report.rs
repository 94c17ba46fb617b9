//! A figure, and the table and the file that figures become.

use std::{fmt::Write, fs, path::PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::coded::{self, Coded};
use super::picture;
use crate::shell::{self, Shell};

/// One measured number and what it is compared with.
///
/// Measuring programs print it as a line of JSON; `goal`, `moonshot` and `peer` may be left out there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Figure {
    /// What was measured, and under which load.
    pub(super) name: String,
    pub(super) value: f64,
    /// `ms`, `kB`, `CPU s/GB` …
    pub(super) unit: String,
    /// What it has to reach.
    #[serde(default)]
    pub(super) goal: Option<Goal>,
    /// What would be better than anybody else's.
    #[serde(default)]
    pub(super) moonshot: Option<f64>,
    /// The same number of a rival or of the machine's limit, measured in the same run.
    #[serde(default)]
    pub(super) peer: Option<Peer>,
    /// Whether the goal is reached; worked out when the report is made.
    #[serde(default)]
    pub(super) met: Option<bool>,
}

/// A bound in the figure's unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

/// Who else was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Peer {
    pub(super) name: String,
    pub(super) value: f64,
}

impl Goal {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtMost(bound) => value <= bound,
            Self::AtLeast(bound) => bound <= value,
        }
    }
}

/// What measuring programs printed.
#[derive(Debug, Default)]
pub(super) struct Measured {
    figures: Vec<Figure>,
    coded: Vec<Coded>,
}

/// All figures of a run, with what is needed to place them.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    figures: Vec<Figure>,
    coded: Vec<Coded>,
    /// The commit measured, with a `+` where the tree had changes on top.
    commit: String,
    cpu: String,
}

impl Report {
    /// Notes the commit and the processor beside the figures.
    pub(super) fn new(shell: &Shell, measured: Measured) -> Result<Self> {
        let commit = shell::output(shell.command("git").args(["rev-parse", "--short=12", "HEAD"]))?;
        let changes =
            shell::output(shell.command("git").args(["status", "--porcelain", "--untracked-files=no"]))?;
        let commit = format!("{}{}", commit.trim(), if changes.is_empty() { "" } else { "+" });
        let cpu = processor(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default());
        let figures = measured.figures.into_iter().map(judged).collect();
        Ok(Self { figures, coded: measured.coded, commit, cpu })
    }

    /// Markdown tables: a row for each coder of each clip, where there are some, and one for each figure.
    pub(super) fn table(&self) -> String {
        let mut text = coded::table(&self.coded);
        text += "| figure | ours | goal | moonshot | beside it, same run | |\n";
        text += "|---|---|---|---|---|---|\n";
        for figure in &self.figures {
            let unit = &figure.unit;
            let goal = figure.goal.map_or(String::new(), |goal| match goal {
                Goal::AtMost(bound) => format!("≤ {}", number(bound)),
                Goal::AtLeast(bound) => format!("≥ {}", number(bound)),
            });
            let moonshot = figure.moonshot.map_or(String::new(), number);
            let peer = figure.peer.as_ref().map(|peer| format!("{} {}", peer.name, number(peer.value)));
            let miss = if figure.met == Some(false) { "MISS" } else { "" };
            let (name, value, peer) = (&figure.name, number(figure.value), peer.unwrap_or_default());
            // Writing to a String cannot fail.
            let _ = writeln!(text, "| {name} | {value} {unit} | {goal} | {moonshot} | {peer} | {miss} |");
        }
        let _ = writeln!(text, "\nCommit {}, {}.", self.commit, self.cpu);
        text
    }

    /// Writes the figures as JSON, and a picture of them where coders were compared; returns the files. They stay in
    /// the checkout, wherever cargo builds.
    pub(super) fn write(&self, shell: &Shell, topic: &str) -> Result<Vec<PathBuf>> {
        let folder = shell.path("target/figures");
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let file = folder.join(format!("{topic}.json"));
        fs::write(&file, serde_json::to_string_pretty(self)? + "\n")
            .with_context(|| file.display().to_string())?;
        let mut files = vec![file];
        if let Some(svg) = picture::svg(&self.coded) {
            let file = folder.join(format!("{topic}.svg"));
            fs::write(&file, svg).with_context(|| file.display().to_string())?;
            files.push(file);
        }
        Ok(files)
    }
}

impl Measured {
    /// Takes what is measured among the lines that a program printed; other lines are for people.
    pub(super) fn take(&mut self, output: &str) -> Result<()> {
        for line in output.lines().filter(|line| line.starts_with('{')) {
            self.take_line(line).with_context(|| format!("not a figure: {line}"))?;
        }
        Ok(())
    }

    fn take_line(&mut self, line: &str) -> Result<()> {
        let value: serde_json::Value = serde_json::from_str(line)?;
        if value.get("coder").is_some() {
            self.coded.push(serde_json::from_value(value)?);
        } else {
            self.figures.push(serde_json::from_value(value)?);
        }
        Ok(())
    }
}

fn judged(figure: Figure) -> Figure {
    Figure { met: figure.goal.map(|goal| goal.is_met(figure.value)), ..figure }
}

/// Three digits are as much as a measurement here is worth.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        size if 100.0 <= size => format!("{value:.0}"),
        size if 10.0 <= size => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// The processor's name and how many of them there are.
fn processor(cpuinfo: &str) -> String {
    let models = || cpuinfo.lines().filter_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let name = models().next().map_or("unknown processor", |(_, name)| name.trim());
    format!("{} × {name}", models().count().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(lines: &str) -> Result<Measured> {
        let mut measured = Measured::default();
        measured.take(lines)?;
        Ok(measured)
    }

    fn report(lines: &str) -> Report {
        let figures = measured(lines).unwrap().figures.into_iter().map(judged).collect();
        Report { figures, coded: Vec::new(), commit: "abc".to_owned(), cpu: "2 × test".to_owned() }
    }

    #[test]
    fn a_missed_goal_is_marked_in_the_table() {
        let report = report(
            "measuring …\n\
             {\"name\":\"echo p50\",\"value\":3.456,\"unit\":\"ms\",\"goal\":{\"at_most\":3.0},\"moonshot\":1.5,\
             \"peer\":{\"name\":\"rival\",\"value\":9.05}}\n\
             {\"name\":\"frames\",\"value\":301,\"unit\":\"1/s\",\"goal\":{\"at_least\":300}}\n",
        );
        let rows: Vec<_> = report.table().lines().skip(2).map(str::to_owned).collect();
        assert_eq!(
            rows,
            [
                "| echo p50 | 3.46 ms | ≤ 3.00 | 1.50 | rival 9.05 | MISS |",
                "| frames | 301 1/s | ≥ 300 |  |  |  |",
                "",
                "Commit abc, 2 × test."
            ]
        );
    }

    #[test]
    fn the_file_says_whether_the_goal_was_met() {
        let report = report("{\"name\":\"a\",\"value\":2,\"unit\":\"ms\",\"goal\":{\"at_most\":2}}");
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["figures"][0]["met"], true);
        assert_eq!(json["commit"], "abc");
        assert_eq!(json["figures"][0]["peer"], serde_json::Value::Null);
    }

    #[test]
    fn a_broken_figure_is_an_error_and_not_left_out() {
        assert!(measured("{\"name\":\"a\"}").is_err());
        assert!(measured("{\"coder\":\"a\"}").is_err());
    }

    #[test]
    fn the_processor_is_counted() {
        assert_eq!(processor("model name\t: A 1\nmodel name\t: A 1\n"), "2 × A 1");
        assert_eq!(processor(""), "1 × unknown processor");
    }
}
