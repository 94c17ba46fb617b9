//! The agent's side: what each technician holds down.

use std::collections::BTreeMap;

use wire::Seat;
use wire::close::CloseCode;
use wire::input::{Button, Event, Pointer, Record};
use wire::limits::SEATS_MAX;
use wire::screen::SeatInput;

/// Keys that one technician may hold at once: more than a keyboard has fingers for, fewer than its keys.
pub const KEYS_HELD_MAX: usize = 64;

/// Why a record of a technician is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InputRefused {
    /// Numbers grow; this one does not.
    #[error("input {got} of seat {seat} comes after {last}")]
    NotNewer {
        /// Whose.
        seat: Seat,
        /// The number found.
        got: u32,
        /// The number of the record before.
        last: u32,
    },
    /// More keys are down than anybody can hold.
    #[error("seat {seat} holds more than {KEYS_HELD_MAX} keys")]
    TooManyKeys {
        /// Whose.
        seat: Seat,
    },
    /// More technicians send input than a session may have.
    #[error("seat {seat} is one more than the {SEATS_MAX} that may send input")]
    TooManySeats {
        /// Whose.
        seat: Seat,
    },
}

impl InputRefused {
    /// The code with which the input stream is stopped, or the link closed.
    pub fn close_code(self) -> CloseCode {
        match self {
            Self::NotNewer { .. } => CloseCode::OutOfOrder,
            Self::TooManyKeys { .. } | Self::TooManySeats { .. } => CloseCode::OverLimit,
        }
    }
}

/// Which keys and buttons the technicians of a session hold, and the last input of each.
///
/// All of them share one keyboard and one mouse: what two hold is released with the second.
#[derive(Debug, Default)]
pub struct Held {
    seats: BTreeMap<Seat, Hand>,
}

/// What one technician holds.
#[derive(Debug, Default)]
struct Hand {
    last_number: u32,
    /// In the order in which they went down.
    keys: Vec<Key>,
    buttons: Vec<Button>,
    at: Option<Pointer>,
}

#[derive(Debug, Clone)]
struct Key {
    code: String,
    key: String,
}

impl Key {
    /// Whether an event means this key: by its place, or where that is not known, by its meaning.
    fn is(&self, code: &str, key: &str) -> bool {
        if self.code.is_empty() && code.is_empty() { self.key == key } else { self.code == code }
    }
}

impl Held {
    /// Takes a record of a technician who has control, and returns what is to be injected, in order.
    ///
    /// The release of a key names what its press named, whatever the technician's layout makes of it by then. The
    /// release of what he does not hold, and of what another still holds, comes to nothing.
    ///
    /// # Errors
    /// When the number does not grow or a bound is broken; nothing is changed then.
    pub fn handle(&mut self, seat: Seat, record: Record) -> Result<Vec<Event>, InputRefused> {
        self.check(seat, &record)?;
        let hand = self.seats.entry(seat).or_default();
        hand.last_number = record.number;
        Ok(match record.event {
            Event::Key { down: true, code, key } => vec![hand.press_key(code, key)],
            Event::Key { down: false, code, key } => {
                let let_go = hand.let_go_key(&code, &key);
                let_go.and_then(|key| self.key_up(key)).into_iter().collect()
            }
            Event::Button { at, button, down: true } => vec![hand.press_button(at, button)],
            Event::Button { at, button, down: false } => {
                let was_held = hand.let_go_button(at, button);
                let up = if was_held { self.button_up(at, button) } else { None };
                up.into_iter().collect()
            }
            Event::Release => self.release(seat),
            Event::Move(at) => {
                hand.at = Some(at);
                vec![Event::Move(at)]
            }
            Event::Wheel { at, dx, dy } => {
                hand.at = Some(at);
                vec![Event::Wheel { at, dx, dy }]
            }
            Event::Text(text) => vec![Event::Text(text)],
        })
    }

    /// Everything that a technician holds, as releases in the reverse order of the presses; for when he loses
    /// control. His numbers go on.
    pub fn release(&mut self, seat: Seat) -> Vec<Event> {
        let Some(hand) = self.seats.get_mut(&seat) else { return Vec::new() };
        let (keys, buttons) = (std::mem::take(&mut hand.keys), std::mem::take(&mut hand.buttons));
        let at = hand.at;
        let buttons = buttons.into_iter().rev().filter_map(|button| self.button_up(at?, button));
        let mut released: Vec<Event> = buttons.collect();
        released.extend(keys.into_iter().rev().filter_map(|key| self.key_up(key)));
        released
    }

    /// As [`Self::release`], and forgets the technician; for when he leaves.
    pub fn leave(&mut self, seat: Seat) -> Vec<Event> {
        let released = self.release(seat);
        self.seats.remove(&seat);
        released
    }

    /// As [`Self::leave`] for everybody; for when the session or the link ends.
    pub fn leave_all(&mut self) -> Vec<Event> {
        let seats: Vec<Seat> = self.seats.keys().copied().collect();
        seats.into_iter().flat_map(|seat| self.leave(seat)).collect()
    }

    /// The last input of each technician, by seat.
    pub fn last_inputs(&self) -> impl Iterator<Item = SeatInput> {
        self.seats.iter().map(|(seat, hand)| SeatInput { seat: *seat, number: hand.last_number })
    }

    fn check(&self, seat: Seat, record: &Record) -> Result<(), InputRefused> {
        let Some(hand) = self.seats.get(&seat) else {
            let is_room = self.seats.len() < SEATS_MAX;
            return if is_room { Ok(()) } else { Err(InputRefused::TooManySeats { seat }) };
        };
        if record.number <= hand.last_number {
            return Err(InputRefused::NotNewer { seat, got: record.number, last: hand.last_number });
        }
        match &record.event {
            Event::Key { down: true, code, key } if hand.is_full_for(code, key) => {
                Err(InputRefused::TooManyKeys { seat })
            }
            _ => Ok(()),
        }
    }

    /// The release of a key that a technician let go, unless another holds it.
    fn key_up(&self, Key { code, key }: Key) -> Option<Event> {
        let is_held = self.seats.values().any(|hand| hand.keys.iter().any(|held| held.is(&code, &key)));
        if is_held { None } else { Some(Event::Key { down: false, code, key }) }
    }

    /// The release of a button that a technician let go, unless another holds it.
    fn button_up(&self, at: Pointer, button: Button) -> Option<Event> {
        let is_held = self.seats.values().any(|hand| hand.buttons.contains(&button));
        if is_held { None } else { Some(Event::Button { at, button, down: false }) }
    }
}

impl Hand {
    fn is_full_for(&self, code: &str, key: &str) -> bool {
        KEYS_HELD_MAX <= self.keys.len() && !self.keys.iter().any(|held| held.is(code, key))
    }

    /// A key that repeats is held once, as it was first pressed.
    fn press_key(&mut self, code: String, key: String) -> Event {
        if !self.keys.iter().any(|held| held.is(&code, &key)) {
            self.keys.push(Key { code: code.clone(), key: key.clone() });
        }
        Event::Key { down: true, code, key }
    }

    fn let_go_key(&mut self, code: &str, key: &str) -> Option<Key> {
        let place = self.keys.iter().position(|held| held.is(code, key))?;
        Some(self.keys.remove(place))
    }

    fn press_button(&mut self, at: Pointer, button: Button) -> Event {
        self.at = Some(at);
        if !self.buttons.contains(&button) {
            self.buttons.push(button);
        }
        Event::Button { at, button, down: true }
    }

    fn let_go_button(&mut self, at: Pointer, button: Button) -> bool {
        self.at = Some(at);
        let place = self.buttons.iter().position(|held| *held == button);
        place.map(|place| self.buttons.remove(place)).is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    const ANNA: Seat = Seat::from_wire(1);
    const BERT: Seat = Seat::from_wire(2);
    const AT: Pointer = Pointer { display: 0, x: 7, y: 9 };

    fn key(down: bool, code: &str, key: &str) -> Event {
        Event::Key { down, code: code.to_owned(), key: key.to_owned() }
    }

    fn button(down: bool) -> Event {
        Event::Button { at: AT, button: Button::Left, down }
    }

    fn named(events: Vec<Event>) -> String {
        let name = |event| match event {
            Event::Key { down, code, key } => format!("{}{code}:{key}", if down { '+' } else { '-' }),
            Event::Button { button, down, .. } => format!("{}{button:?}", if down { '+' } else { '-' }),
            other => format!("{other:?}"),
        };
        events.into_iter().map(name).collect::<Vec<_>>().join(" ")
    }

    /// Takes one event after another and shows what is injected for each, a line each.
    fn check(events: &[(Seat, Event)], injected: &Expect) -> Held {
        let mut held = Held::default();
        let mut lines = String::new();
        for (number, (seat, event)) in (1..).zip(events) {
            let record = Record { number, event: event.clone() };
            lines += &named(held.handle(*seat, record).expect("within all bounds"));
            lines += "\n";
        }
        injected.assert_eq(&lines);
        held
    }

    #[test]
    fn what_is_held_is_released_in_reverse_when_a_technician_leaves() {
        let events = [key(true, "ShiftLeft", "Shift"), key(true, "KeyA", "A"), button(true)];
        let mut held = check(
            &events.map(|event| (ANNA, event)),
            &expect![[r#"
            +ShiftLeft:Shift
            +KeyA:A
            +Left
        "#]],
        );
        expect!["-Left -KeyA:A -ShiftLeft:Shift"].assert_eq(&named(held.leave(ANNA)));
        assert_eq!(held.leave(ANNA), []);
    }

    #[test]
    fn a_key_goes_up_as_it_went_down_whatever_it_means_by_then() {
        let shift = |down| (ANNA, key(down, "ShiftLeft", "Shift"));
        let events =
            [shift(true), (ANNA, key(true, "KeyA", "A")), shift(false), (ANNA, key(false, "KeyA", "a"))];
        check(
            &events,
            &expect![[r#"
            +ShiftLeft:Shift
            +KeyA:A
            -ShiftLeft:Shift
            -KeyA:A
        "#]],
        );
    }

    #[test]
    fn what_two_hold_goes_up_with_the_second() {
        let shift = |seat, down| (seat, key(down, "ShiftLeft", "Shift"));
        check(
            &[shift(ANNA, true), shift(BERT, true), (ANNA, Event::Release), shift(BERT, false)],
            &expect![[r#"
                +ShiftLeft:Shift
                +ShiftLeft:Shift

                -ShiftLeft:Shift
            "#]],
        );
    }

    #[test]
    fn nobody_releases_what_he_does_not_hold() {
        check(
            &[(ANNA, button(true)), (BERT, button(false)), (ANNA, button(false)), (ANNA, button(false))],
            &expect![[r#"
                +Left

                -Left

            "#]],
        );
    }

    #[test]
    fn keys_without_a_place_are_known_by_their_meaning() {
        let events = [key(true, "", "é"), key(true, "", "x"), key(false, "", "é"), Event::Release];
        check(
            &events.map(|event| (ANNA, event)),
            &expect![[r#"
            +:é
            +:x
            -:é
            -:x
        "#]],
        );
    }

    #[test]
    fn numbers_that_do_not_grow_are_refused_also_after_control_was_lost() {
        let mut held = Held::default();
        let record = |number| Record { number, event: button(true) };
        held.handle(ANNA, record(5)).expect("the first");
        assert_eq!(named(held.release(ANNA)), "-Left");
        let refused = held.handle(ANNA, record(5)).expect_err("the same number");
        expect!["input 5 of seat 1 comes after 5"].assert_eq(&refused.to_string());
        assert_eq!(held.last_inputs().collect::<Vec<_>>(), [SeatInput { seat: ANNA, number: 5 }]);
    }

    #[test]
    fn nobody_holds_more_keys_than_there_are_fingers() {
        let mut held = Held::default();
        let press = |number: u32| Record { number, event: key(true, &format!("Key{number}"), "") };
        for number in 1..=KEYS_HELD_MAX as u32 {
            held.handle(ANNA, press(number)).expect("within the bound");
        }
        let refused = held.handle(ANNA, press(1000)).expect_err("one too many");
        assert_eq!(
            (refused, refused.close_code()),
            (InputRefused::TooManyKeys { seat: ANNA }, CloseCode::OverLimit)
        );
        assert_eq!(held.leave_all().len(), KEYS_HELD_MAX);
    }

    fn event() -> impl Strategy<Value = Event> {
        let place = prop::sample::select(vec!["KeyA", "KeyB", ""]);
        let keys = (any::<bool>(), place, prop::sample::select(vec!["a", "A", "b"]));
        prop_oneof![
            4 => keys.prop_map(|(down, code, meaning)| key(down, code, meaning)),
            2 => any::<bool>().prop_map(button),
            1 => Just(Event::Release),
        ]
    }

    proptest! {
        #[test]
        fn nothing_stays_pressed_and_nothing_is_released_twice(
            events in prop::collection::vec((0..3_u32, event()), 0..80),
        ) {
            let mut held = Held::default();
            let mut injected = Vec::new();
            for (number, (seat, event)) in (1..).zip(events) {
                injected.extend(held.handle(Seat::from_wire(seat), Record { number, event }).expect("within all bounds"));
            }
            injected.extend(held.leave_all());
            let mut down = BTreeSet::new();
            for event in injected {
                let (name, is_down) = match event {
                    Event::Key { down, code, key } => (if code.is_empty() { key } else { code }, down),
                    Event::Button { button, down, .. } => (format!("{button:?}"), down),
                    other => panic!("{other:?}"),
                };
                if is_down {
                    // A key that repeats goes down more than once.
                    down.insert(name);
                } else {
                    prop_assert!(down.remove(&name), "{} goes up without being down", name);
                }
            }
            prop_assert!(down.is_empty(), "still down: {:?}", down);
        }
    }
}
