//! The table itself: sections with numbered lines, and which of them wait for something.

use std::ops::RangeInclusive;

use anyhow::{Context, Result, bail};

/// All sections of the page that have numbered lines.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) sections: Vec<Section>,
    waiting: Vec<Waiting>,
}

/// Lines that no test can bear out yet, and what they wait for.
#[derive(Debug)]
struct Waiting {
    lines: RangeInclusive<u16>,
    why: String,
}

/// A heading and its lines.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) title: String,
    pub(super) lines: Vec<Line>,
}

/// One thing that the product does.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) number: u16,
    /// F for a feature, R for a rule, D for a statement about somebody's deployment.
    pub(super) kind: char,
    pub(super) text: String,
}

impl Table {
    /// Reads `## Title`, `- S12 (F) Text` and `* S12–S15: what they wait for`; everything else on the page is for people.
    ///
    /// # Errors
    /// When the numbers do not count 1, 2, 3 …: a line was lost or is there twice. When a line waits that is not there.
    pub(super) fn parse(page: &str) -> Result<Self> {
        let mut sections: Vec<Section> = Vec::new();
        let mut waiting = Vec::new();
        let mut next = 1;
        for text in page.lines() {
            if let Some(title) = text.strip_prefix("## ") {
                sections.push(Section { title: title.to_owned(), lines: Vec::new() });
            } else if let Some(line) = text.strip_prefix("- S") {
                let line = Line::parse(line).with_context(|| format!("not a line of the table: {text}"))?;
                if line.number != next {
                    bail!("S{next} is missing: S{} comes in its place", line.number);
                }
                next += 1;
                sections.last_mut().context("a line before the first section")?.lines.push(line);
            } else if let Some(entry) = text.strip_prefix("* S") {
                waiting.push(Waiting::parse(entry).with_context(|| format!("not lines that wait: {text}"))?);
            }
        }
        sections.retain(|section| !section.lines.is_empty());
        let table = Self { sections, waiting };
        match table
            .waiting
            .iter()
            .find(|entry| !table.has(*entry.lines.start()) || !table.has(*entry.lines.end()))
        {
            Some(entry) => {
                bail!("lines wait that are not there: S{}–S{}", entry.lines.start(), entry.lines.end())
            }
            None => Ok(table),
        }
    }

    /// How many lines there are; they are numbered from 1.
    pub(super) fn len(&self) -> usize {
        self.sections.iter().map(|section| section.lines.len()).sum()
    }

    /// Whether there is a line with this number.
    pub(super) fn has(&self, number: u16) -> bool {
        0 < number && usize::from(number) <= self.len()
    }
}

impl Table {
    /// What a line waits for; `None` where nothing keeps a test from bearing it out.
    pub(super) fn waits_for(&self, number: u16) -> Option<&str> {
        let entry = self.waiting.iter().find(|entry| entry.lines.contains(&number))?;
        Some(&entry.why)
    }
}

impl Waiting {
    /// Reads `48–S54: why`, or `48: why`.
    fn parse(text: &str) -> Option<Self> {
        let (lines, why) = text.split_once(": ")?;
        let (first, last) = lines.split_once("–S").unwrap_or((lines, lines));
        let (first, last) = (first.parse().ok()?, last.parse().ok()?);
        (first <= last).then(|| Self { lines: first..=last, why: why.to_owned() })
    }
}

impl Line {
    /// Reads `12 (F) Text`.
    fn parse(text: &str) -> Option<Self> {
        let (number, rest) = text.split_once(" (")?;
        let (kind, text) = rest.split_once(") ")?;
        let kind = ['F', 'R', 'D'].into_iter().find(|known| kind == known.to_string())?;
        Some(Self { number: number.parse().ok()?, kind, text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_projects_own_table_is_whole() {
        let table = Table::parse(include_str!("../../../../docs/acceptance.md")).unwrap();
        assert_eq!((table.sections.len(), table.len()), (25, 288));
        assert!(table.has(288) && !table.has(289) && !table.has(0));
    }

    #[test]
    fn a_line_waits_for_what_the_page_says_and_others_do_not() {
        let page = "## A\n- S1 (F) One.\n- S2 (F) Two.\n- S3 (F) Three.\n\n* S2–S3: a carrier pigeon\n";
        let table = Table::parse(page).unwrap();
        assert_eq!([1, 2, 3].map(|number| table.waits_for(number).is_some()), [false, true, true]);
        assert_eq!(table.waits_for(3), Some("a carrier pigeon"));
        assert!(Table::parse(&page.replace("S2–S3", "S2–S4")).is_err());
    }

    #[test]
    fn a_lost_line_is_noticed() {
        let error = Table::parse("## A\n- S1 (F) One.\n- S3 (F) Three.\n").unwrap_err();
        assert_eq!(error.to_string(), "S2 is missing: S3 comes in its place");
    }
}
