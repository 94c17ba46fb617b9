//! The newest inputs of each technician, and the capture from which their effect shows.

use std::collections::VecDeque;

use wire::screen::SeatInput;
use wire::{Seat, Version, limits};

/// Inputs of one technician that wait for a slow view; older ones are told by newer ones.
const SEAT_INPUTS_MAX: usize = 16;

#[derive(Debug, Clone, Copy)]
struct Shown {
    number: u32,
    from: Version,
}

#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// Least recently heard of first.
    seats: VecDeque<(Seat, VecDeque<Shown>)>,
}

impl Inputs {
    /// The effect of an input shows from capture `from`. Whether that is news.
    pub(super) fn note(&mut self, input: SeatInput, from: Version) -> bool {
        let place = self.seats.iter().position(|(seat, _)| *seat == input.seat);
        let (seat, mut shown) =
            place.and_then(|place| self.seats.remove(place)).unwrap_or((input.seat, VecDeque::new()));
        let news = shown.back().is_none_or(|last| last.number < input.number);
        if news {
            if SEAT_INPUTS_MAX <= shown.len() {
                shown.pop_front();
            }
            shown.push_back(Shown { number: input.number, from });
        }
        if limits::SEATS_MAX <= self.seats.len() {
            self.seats.pop_front();
        }
        self.seats.push_back((seat, shown));
        news
    }

    /// The newest input of each technician.
    pub(super) fn newest(&self) -> Vec<SeatInput> {
        let newest = |(seat, shown): &(Seat, VecDeque<Shown>)| {
            Some(SeatInput { seat: *seat, number: shown.back()?.number })
        };
        self.seats.iter().filter_map(newest).collect()
    }

    /// The newest input of each technician whose effect a view sees that is exact up to `complete`.
    pub(crate) fn shown_at(&self, complete: Version) -> impl Iterator<Item = SeatInput> {
        self.seats.iter().filter_map(move |(seat, shown)| {
            let last = shown.iter().rev().find(|shown| shown.from <= complete)?;
            Some(SeatInput { seat: *seat, number: last.number })
        })
    }

    /// From which capture the effect of the newest input of a technician, or of anybody, shows.
    pub(crate) fn last_from(&self, seat: Option<Seat>) -> Option<Version> {
        let of = |(at, _): &&(Seat, VecDeque<Shown>)| seat.is_none_or(|seat| seat == *at);
        self.seats.iter().rev().find(of).and_then(|(_, shown)| Some(shown.back()?.from))
    }
}
