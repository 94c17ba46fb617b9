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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wire::input::Button;

    use super::*;

    fn start() -> Instant {
        #[expect(clippy::disallowed_methods, reason = "a moment to begin with; nothing is measured")]
        Instant::now()
    }

    fn at(x: u16) -> Pointer {
        Pointer { display: 0, x, y: 0 }
    }

    fn press(x: u16) -> Event {
        Event::Button { at: at(x), button: Button::Left, down: true }
    }

    fn taken(merger: &mut Merger) -> Vec<Record> {
        std::iter::from_fn(|| merger.poll()).collect()
    }

    fn record(number: u32, event: Event) -> Record {
        Record { number, event }
    }

    #[test]
    fn the_first_move_leaves_at_once_and_later_ones_become_one() {
        let (mut merger, now) = (Merger::default(), start());
        for x in 1..=4 {
            merger.handle(now, Input::Event(Event::Move(at(x)))).expect("there is room");
        }
        assert_eq!(taken(&mut merger), [record(1, Event::Move(at(1)))]);
        let due = merger.deadline().expect("a move waits");
        assert_eq!(due, now + MERGE_OVER);
        merger.handle(due, Input::Tick).expect("there is room");
        assert_eq!(taken(&mut merger), [record(4, Event::Move(at(4)))]);
        merger.handle(due + MERGE_OVER, Input::Tick).expect("there is room");
        assert_eq!(merger.deadline(), None);
    }

    #[test]
    fn a_press_is_never_held_back_or_merged_and_comes_behind_the_move() {
        let (mut merger, now) = (Merger::default(), start());
        for event in [Event::Move(at(1)), Event::Move(at(2)), press(2), press(2)] {
            merger.handle(now, Input::Event(event)).expect("there is room");
        }
        let moves = [record(1, Event::Move(at(1))), record(2, Event::Move(at(2)))];
        let presses = [record(3, press(2)), record(4, press(2))];
        assert_eq!(taken(&mut merger), [moves, presses].concat());
        assert_eq!(merger.last_number(), 4);
    }

    #[test]
    fn long_text_becomes_records_that_are_whole_characters() {
        let mut merger = Merger::default();
        let text = "€".repeat(400);
        merger.handle(start(), Input::Event(Event::Text(text.clone()))).expect("there is room");
        let parts: Vec<String> = taken(&mut merger)
            .into_iter()
            .map(|record| match record.event {
                Event::Text(part) => part,
                other => panic!("{other:?} instead of text"),
            })
            .collect();
        assert!(parts.iter().all(|part| part.len() <= INPUT_TEXT_BYTES_MAX));
        assert_eq!(parts.concat(), text);
    }

    #[test]
    fn a_link_that_takes_nothing_is_noticed() {
        let (mut merger, now) = (Merger::default(), start());
        for _ in 0..RECORDS_MAX {
            merger.handle(now, Input::Event(press(0))).expect("there is room");
        }
        assert_eq!(merger.handle(now, Input::Event(press(0))), Err(QueueFull));
    }

    proptest! {
        #[test]
        fn order_is_kept_and_only_moves_are_merged(steps in prop::collection::vec((any::<bool>(), 0..9_u64), 0..200)) {
            let (mut merger, mut now) = (Merger::default(), start());
            let (mut presses, mut last_move, mut records) = (Vec::new(), None, Vec::new());
            for (x, (is_press, wait)) in (1..).zip(steps) {
                now += Duration::from_millis(wait);
                let event = if is_press { press(x) } else { Event::Move(at(x)) };
                let place = if is_press { &mut presses } else { last_move.get_or_insert_default() };
                place.push(x);
                merger.handle(now, Input::Event(event)).expect("there is room");
                records.extend(taken(&mut merger));
            }
            merger.handle(now + MERGE_OVER, Input::Tick).expect("there is room");
            records.extend(taken(&mut merger));
            prop_assert!(records.is_sorted_by(|one, next| one.number < next.number));
            let places = records.iter().map(|record| match &record.event {
                Event::Move(at) => (false, at.x),
                Event::Button { at, .. } => (true, at.x),
                other => panic!("{other:?}"),
            });
            let places: Vec<_> = places.collect();
            prop_assert!(places.is_sorted_by_key(|(_, x)| *x));
            let pressed: Vec<u16> = places.iter().filter(|(is_press, _)| *is_press).map(|(_, x)| *x).collect();
            prop_assert_eq!(pressed, presses);
            let moved = places.iter().rfind(|(is_press, _)| !is_press).map(|(_, x)| *x);
            prop_assert_eq!(moved, last_move.and_then(|moves| moves.last().copied()));
        }
    }
}
