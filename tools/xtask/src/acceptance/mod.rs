//! `cargo xtask acceptance`: which lines of docs/acceptance.md a test bears out.
//!
//! A test says so by its name (`fn s179_the_primary_display_is_marked`, `test("S179 S180 …")`). That a name is
//! there proves nothing about the test; it tells a reader where to look.

mod scan;
mod table;

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{shell::Shell, tree::Tree};
use scan::Claim;
use table::{Section, Table};

const PAGE: &str = "docs/acceptance.md";

/// What to do with the list.
#[derive(Args)]
pub(crate) struct Options {
    /// Print nothing but the tests that name a line which does not exist, and fail if there are any.
    #[arg(long)]
    check: bool,
}

/// Prints the lines of each section with the tests that bear them out.
pub(crate) fn run(shell: &Shell, options: &Options) -> Result<()> {
    let tree = Tree::read(shell)?;
    let table = Table::parse(&tree.file(PAGE).context(PAGE)?.text)?;
    let claims: Vec<Claim> = tree.files().iter().flat_map(scan::claims).collect();
    let strays: Vec<_> = claims.iter().filter(|claim| !table.has(claim.line)).collect();
    for claim in &strays {
        println!("{claim} names S{}, which {PAGE} does not have", claim.line);
    }
    if !strays.is_empty() {
        bail!("{} tests name lines that do not exist", strays.len());
    }
    let early: Vec<_> = claims.iter().filter(|claim| table.waits_for(claim.line).is_some()).collect();
    for claim in &early {
        println!("S{} is said to wait, and {claim} bears it out: take it off the list in {PAGE}", claim.line);
    }
    if !early.is_empty() {
        bail!("{} tests bear out lines that are said to wait", early.len());
    }
    if !options.check {
        print!("{}", report(&table, &claims));
    }
    Ok(())
}

fn report(table: &Table, claims: &[Claim]) -> String {
    let mut by_line: BTreeMap<u16, Vec<&Claim>> = BTreeMap::new();
    for claim in claims {
        by_line.entry(claim.line).or_default().push(claim);
    }
    let sections = table.sections.iter();
    let mut text: String = sections.map(|section| of_section(section, table, &by_line)).collect();
    text += &format!("{} of {} lines are borne out by a test\n", by_line.len(), table.len());
    text
}

fn of_section(section: &Section, table: &Table, by_line: &BTreeMap<u16, Vec<&Claim>>) -> String {
    let (covered, open): (Vec<_>, Vec<_>) =
        section.lines.iter().partition(|line| by_line.contains_key(&line.number));
    let open = open.iter().map(|line| line.number);
    let (waiting, missing): (Vec<u16>, Vec<u16>) =
        open.partition(|&number| table.waits_for(number).is_some());
    let mut text = format!("{} – {} of {}\n", section.title, covered.len(), section.lines.len());
    for line in covered {
        text += &format!("  S{} ({}) {}\n", line.number, line.kind, line.text);
        for claim in &by_line[&line.number] {
            text += &format!("      {claim}\n");
        }
    }
    for together in waiting.chunk_by(|&a, &b| table.waits_for(a) == table.waits_for(b)) {
        let why = table.waits_for(together[0]).unwrap_or_default();
        text += &format!("  {} wait for {why}\n", ranges(together));
    }
    if !missing.is_empty() {
        text += &format!("  none for {}\n", ranges(&missing));
    }
    text
}

/// `S1, S3–S5` for 1, 3, 4, 5.
fn ranges(numbers: &[u16]) -> String {
    let runs = numbers.chunk_by(|a, b| a + 1 == *b);
    let shown = runs.filter_map(|run| match run {
        [] => None,
        [only] => Some(format!("S{only}")),
        [first, .., last] => Some(format!("S{first}–S{last}")),
    });
    shown.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_listed_with_their_tests_and_gaps_as_ranges() {
        let page =
            "## 1. Seeing\n- S1 (F) See.\n- S2 (R) Twice.\n- S3 (F) Move.\n- S4 (F) Type.\n* S3: legs\n";
        let claim = Claim { line: 2, path: "a.rs".to_owned(), test: "s2_twice".to_owned() };
        let expected = "1. Seeing – 1 of 4\n  S2 (R) Twice.\n      a.rs: s2_twice\n  S3 wait for legs\n  none for S1, S4\n\
                        1 of 4 lines are borne out by a test\n";
        assert_eq!(report(&Table::parse(page).unwrap(), &[claim]), expected);
    }
}
