//! The table itself: sections with numbered lines.

use anyhow::{Context, Result, bail};

/// All sections of the page that have numbered lines.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) sections: Vec<Section>,
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
    /// Reads `## Title` and `- S12 (F) Text`; everything else on the page is for people.
    ///
    /// # Errors
    /// When the numbers do not count 1, 2, 3 …: a line was lost or is there twice.
    pub(super) fn parse(page: &str) -> Result<Self> {
        let mut sections: Vec<Section> = Vec::new();
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
            }
        }
        sections.retain(|section| !section.lines.is_empty());
        Ok(Self { sections })
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
    fn a_lost_line_is_noticed() {
        let error = Table::parse("## A\n- S1 (F) One.\n- S3 (F) Three.\n").unwrap_err();
        assert_eq!(error.to_string(), "S2 is missing: S3 comes in its place");
    }
}
