//! Who filled the clipboard, so that what one technician put there reaches no other: pure, and told of everything.
//!
//! A program that keeps old clipboards may offer a technician's content as its own; so contents are known again by
//! their hashes as well.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};

use platform::clipboard::Clip;
use wire::tools::Format;

use super::NoContent;
use crate::shell::Owner;

/// Contents of technicians that are known again.
const PUTS_MAX: usize = 256;

/// What is there now, for those who wait for news.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Newest {
    /// Counts the changes.
    pub(super) change: u64,
    /// What a program at the computer copied; empty for what nobody is to be told of.
    pub(super) formats: Vec<Format>,
}

/// Keeps who filled the clipboard with what.
#[derive(Debug, Default)]
pub(super) struct Book {
    change: u64,
    formats: Vec<Format>,
    by: Option<Owner>,
    puts: VecDeque<(Owner, u64)>,
    hasher: RandomState,
}

impl Book {
    /// A program at the computer filled it.
    pub(super) fn copied(&mut self, formats: Vec<Format>) {
        self.change += 1;
        (self.formats, self.by) = (formats, None);
    }

    /// A technician filled it.
    pub(super) fn written(&mut self, by: &Owner, clips: &[Clip]) {
        self.change += 1;
        self.formats = clips.iter().map(|clip| clip.format).collect();
        self.by = Some(by.clone());
        for clip in clips {
            self.puts.push_back((by.clone(), self.hash(clip)));
        }
        let over = self.puts.len().saturating_sub(PUTS_MAX);
        self.puts.drain(..over);
    }

    /// Brings somebody's knowledge up to date. Says whether it changed.
    pub(super) fn tell(&self, newest: &mut Newest) -> bool {
        let is_new = newest.change != self.change;
        newest.change = self.change;
        newest.formats = if self.by.is_none() { self.formats.clone() } else { Vec::new() };
        is_new
    }

    /// The forms that somebody may read, of a change or (0) of what is there now.
    pub(super) fn formats_for(&self, by: &Owner, change: u64) -> Result<Vec<Format>, NoContent> {
        if change != 0 && change != self.change || self.formats.is_empty() {
            return Err(NoContent::NotThere);
        }
        match &self.by {
            Some(other) if other != by => Err(NoContent::NotYours),
            _ => Ok(self.formats.clone()),
        }
    }

    /// Whether none of it is what another technician put there.
    pub(super) fn check(&self, by: &Owner, clips: &[Clip]) -> Result<(), NoContent> {
        for clip in clips {
            let hash = self.hash(clip);
            let mut of_it =
                self.puts.iter().filter(|(_, put)| *put == hash).map(|(owner, _)| owner).peekable();
            if of_it.peek().is_some() && !of_it.any(|owner| owner == by) {
                return Err(NoContent::NotYours);
            }
        }
        Ok(())
    }

    fn hash(&self, clip: &Clip) -> u64 {
        self.hasher.hash_one((clip.format as i32, &clip.bytes[..]))
    }
}

#[cfg(test)]
mod tests {
    use wire::SessionId;

    use super::*;

    fn somebody(name: &str) -> Owner {
        Owner { session: SessionId::from_wire(1), participant: name.to_owned() }
    }

    fn text(text: &'static str) -> Vec<Clip> {
        vec![Clip { format: Format::Text, bytes: text.into() }]
    }

    #[test]
    fn what_was_copied_at_the_computer_is_for_everybody_who_may_read() {
        let mut book = Book::default();
        book.copied(vec![Format::Text]);
        let mut newest = Newest::default();
        assert!(book.tell(&mut newest));
        assert_eq!(newest, Newest { change: 1, formats: vec![Format::Text] });
        assert!(!book.tell(&mut newest), "told once");
        assert_eq!(book.formats_for(&somebody("a"), 1), Ok(vec![Format::Text]));
        assert_eq!(book.check(&somebody("a"), &text("hello")), Ok(()));
    }

    #[test]
    fn what_a_technician_put_there_is_announced_to_nobody_and_given_to_him_only() {
        let mut book = Book::default();
        book.written(&somebody("a"), &text("secret"));
        let mut newest = Newest::default();
        book.tell(&mut newest);
        assert_eq!(newest.formats, []);
        assert_eq!(book.formats_for(&somebody("a"), 0), Ok(vec![Format::Text]));
        assert_eq!(book.formats_for(&somebody("b"), 0), Err(NoContent::NotYours));
        let elsewhere = Owner { session: SessionId::from_wire(2), ..somebody("a") };
        assert_eq!(book.formats_for(&elsewhere, 0), Err(NoContent::NotYours), "sessions are apart, too");
    }

    #[test]
    fn a_program_that_offers_a_technicians_content_as_its_own_does_not_pass_it_on() {
        let mut book = Book::default();
        book.written(&somebody("a"), &text("secret"));
        book.copied(vec![Format::Text]);
        assert_eq!(book.check(&somebody("b"), &text("secret")), Err(NoContent::NotYours));
        assert_eq!(book.check(&somebody("a"), &text("secret")), Ok(()));
        assert_eq!(book.check(&somebody("b"), &text("something else")), Ok(()));
    }

    #[test]
    fn a_change_that_is_over_is_not_there() {
        let mut book = Book::default();
        assert_eq!(book.formats_for(&somebody("a"), 0), Err(NoContent::NotThere), "nothing was copied");
        book.copied(vec![Format::Text]);
        book.copied(vec![Format::Html]);
        assert_eq!(book.formats_for(&somebody("a"), 1), Err(NoContent::NotThere));
        assert_eq!(book.formats_for(&somebody("a"), 2), Ok(vec![Format::Html]));
    }
}
