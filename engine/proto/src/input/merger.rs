//! The technician's side: numbers events and merges moves.

use std::collections::VecDeque;
use std::mem;
use std::time::{Duration, Instant};

use wire::input::{Event, Pointer, Record};
use wire::limits::INPUT_TEXT_BYTES_MAX;

/// Moves are merged over this time: a mouse reports up to a thousand times a second, a display shows sixty.
pub const MERGE_OVER: Duration = Duration::from_millis(6);

/// Records that wait to be taken. Input is never dropped, so a full queue means that the link takes nothing.
pub const RECORDS_MAX: usize = 1024;

/// What happens at the technician.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The technician did something.
    Event(Event),
    /// Time has passed.
    Tick,
}

/// More than [`RECORDS_MAX`] records wait: the link takes nothing, and is to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{RECORDS_MAX} input records wait to be sent, the limit")]
pub struct QueueFull;

/// Turns a technician's events into records for the input stream.
///
/// The first move after a pause leaves at once; those within [`MERGE_OVER`] after it become one. All else leaves at
/// once and in order, behind the move that was waiting.
#[derive(Debug, Default)]
pub struct Merger {
    number: u32,
    state: State,
    out: VecDeque<Record>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Quiet,
    /// A move left a moment ago; the newest one since then waits, with its number.
    Merging { until: Instant, waiting: Option<(u32, Pointer)> },
}

impl Merger {
    /// Takes one step. Text that is too long for one record becomes several.
    ///
    /// # Errors
    /// When nobody takes the records; the event is then lost.
    pub fn handle(&mut self, now: Instant, input: Input) -> Result<(), QueueFull> {
        if RECORDS_MAX <= self.out.len() {
            return Err(QueueFull);
        }
        match input {
            Input::Event(Event::Move(at)) => self.move_to(now, at),
            Input::Event(Event::Text(text)) => {
                self.flush();
                for part in parts(&text) {
                    self.push(Event::Text(part.to_owned()));
                }
            }
            Input::Event(event) => {
                self.flush();
                self.push(event);
            }
            Input::Tick => self.tick(now),
        }
        Ok(())
    }

    /// The next record to be sent.
    pub fn poll(&mut self) -> Option<Record> {
        self.out.pop_front()
    }

    /// When an [`Input::Tick`] is wanted, if nothing else happens first.
    pub fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Merging { until, .. } => Some(until),
            State::Quiet => None,
        }
    }

    /// The number of the newest event that was handed in, sent or not; 0 before the first.
    pub fn last_number(&self) -> u32 {
        self.number
    }

    fn move_to(&mut self, now: Instant, at: Pointer) {
        self.tick(now);
        let number = self.next_number();
        match &mut self.state {
            State::Merging { waiting, .. } => *waiting = Some((number, at)),
            State::Quiet => {
                self.out.push_back(Record { number, event: Event::Move(at) });
                self.state = State::Merging { until: now + MERGE_OVER, waiting: None };
            }
        }
    }

    /// Lets the waiting move go when its time has come, and starts to merge anew.
    fn tick(&mut self, now: Instant) {
        self.state = match mem::take(&mut self.state) {
            State::Merging { until, waiting: Some((number, at)) } if until <= now => {
                self.out.push_back(Record { number, event: Event::Move(at) });
                State::Merging { until: now + MERGE_OVER, waiting: None }
            }
            State::Merging { until, waiting: None } if until <= now => State::Quiet,
            state => state,
        };
    }

    /// Lets the waiting move go, because something comes behind it.
    fn flush(&mut self) {
        if let State::Merging { waiting, .. } = &mut self.state
            && let Some((number, at)) = waiting.take()
        {
            self.out.push_back(Record { number, event: Event::Move(at) });
        }
    }

    fn push(&mut self, event: Event) {
        let number = self.next_number();
        self.out.push_back(Record { number, event });
    }

    /// Lasts for seven weeks of a thousand events a second, without a pause.
    fn next_number(&mut self) -> u32 {
        self.number = self.number.saturating_add(1);
        self.number
    }
}

/// Cuts text where a record is full, never within a character.
fn parts(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        if text.is_empty() {
            return None;
        }
        let (part, rest) = text.split_at(text.floor_char_boundary(INPUT_TEXT_BYTES_MAX));
        text = rest;
        Some(part)
    })
}
