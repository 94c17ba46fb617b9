//! One rendition as it comes from the agent: the order of its updates, and its picture while somebody watches.

use std::collections::VecDeque;
use std::time::Instant;

use proto::screen::{Inbox, Store, starts_over};
use wire::screen::{SeatInput, Update};
use wire::{Epoch, TileIndex, limits};

use crate::Refused;

/// Updates with inputs that wait for earlier updates. Beyond it the oldest is left out; a newer one tells more.
const INPUTS_WAITING_MAX: usize = 4 * limits::SEATS_MAX;

#[derive(Debug, Default)]
pub(crate) struct Feed {
    inbox: Inbox,
    pub(crate) store: Store,
    /// Inputs whose effect shows once all updates up to a number are applied.
    inputs: VecDeque<(u64, Vec<SeatInput>)>,
    /// Whether the picture was dropped, so that nothing is taken before the agent starts over.
    is_void: bool,
    unwanted: u64,
    /// What inboxes and stores of earlier links and pictures counted.
    past_outdated: u64,
    past_broken: u64,
}

impl Feed {
    /// Takes an update, and applies what may be applied now; drops it where the picture was dropped.
    ///
    /// The capture time in its header is one of this hop's clock.
    pub(crate) fn receive(&mut self, update: Update) -> Result<(), Refused> {
        self.inbox.receive(update)?;
        while let Some(mut update) = self.inbox.poll() {
            if starts_over(&update) {
                self.is_void = false;
                self.store.clear();
                self.inputs.clear();
                continue;
            }
            if self.is_void {
                self.unwanted += 1;
                continue;
            }
            let inputs = std::mem::take(&mut update.header.inputs);
            if !inputs.is_empty() {
                self.inputs.push_back((update.header.number, inputs));
            }
            let captured_us = update.header.captured_us;
            self.store.apply(update, captured_us)?;
        }
        self.note_inputs();
        Ok(())
    }

    pub(crate) fn applied(&self) -> u64 {
        self.inbox.applied()
    }

    /// Tiles, and films of which a key picture is wanted.
    pub(crate) fn take_refresh(&mut self, now: Instant) -> Option<(Epoch, Vec<TileIndex>, Vec<u32>)> {
        let epoch = self.store.epoch()?;
        let (tiles, videos) = (self.store.take_refresh(now), self.store.take_key_requests(now));
        if tiles.is_none() && videos.is_empty() {
            None
        } else {
            Some((epoch, tiles.unwrap_or_default(), videos))
        }
    }

    pub(crate) fn refresh_deadline(&self) -> Option<Instant> {
        self.store.refresh_deadline()
    }

    /// Nobody watches any more, and the agent is told: no old pixels wait for the next technician.
    pub(crate) fn drop_picture(&mut self) {
        // An agent that has sent nothing on this link has nothing to forget, and will not start over.
        self.is_void |= 0 < self.inbox.counters().received;
        self.past_broken += self.store.counters().broken;
        self.store = Store::new();
        self.inputs.clear();
    }

    /// The link is lost: the next one counts its updates from 1. Views go on with the store.
    pub(crate) fn link_lost(&mut self) {
        self.past_outdated += self.inbox.counters().outdated;
        self.inbox = Inbox::new();
        self.is_void = false;
        self.store.clear();
        self.inputs.clear();
    }

    /// Updates outdated and unwanted, and operations broken.
    pub(crate) fn dropped(&self) -> (u64, u64, u64) {
        let outdated = self.past_outdated + self.inbox.counters().outdated;
        (outdated, self.unwanted, self.past_broken + self.store.counters().broken)
    }

    /// Notes the inputs that show now: all updates up to theirs are applied, none was left out for a new epoch.
    fn note_inputs(&mut self) {
        if self.inbox.epoch() != self.store.epoch() {
            self.inputs.clear();
        }
        while INPUTS_WAITING_MAX < self.inputs.len() {
            self.inputs.pop_front();
        }
        let applied = self.inbox.applied();
        let (shown, waiting): (VecDeque<_>, _) =
            std::mem::take(&mut self.inputs).into_iter().partition(|(number, _)| *number <= applied);
        self.inputs = waiting;
        for (_, inputs) in shown {
            self.store.note_inputs(&inputs);
        }
    }
}
