//! A relay's way of an update, whatever an agent sends: nothing panics, and what goes down is in order.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use proto::screen::{Inbox, Store, View};
use wire::{RenditionId, SessionId};

use crate::{messages, updates};

/// Any updates from above; what a view of them sends must be sound for the store below it.
pub fn store(bytes: &[u8]) {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let mut now = *START;
    let (updates, mut random) = updates::of(bytes, 24);
    let (mut inbox, mut store) = (Inbox::new(), Store::new());
    let mut view = View::new(SessionId::from_wire(1), RenditionId::from_wire(4), None);
    let (mut inbox_below, mut store_below) = (Inbox::new(), Store::new());
    for update in updates {
        if inbox.receive(update).is_err() {
            return;
        }
        while let Some(update) = inbox.poll() {
            let captured_us = update.header.captured_us;
            if store.apply(update, captured_us).is_err() {
                return;
            }
        }
        now += Duration::from_millis(random.int_in_range(0..=700).unwrap_or(100));
        let bytes_max = random.int_in_range(0..=4_000).unwrap_or(4_000);
        if let Some(update) = view.take(&mut store, now, bytes_max) {
            messages::survives(&update);
            inbox_below.receive(update).expect("numbers without gaps");
        }
        while let Some(update) = inbox_below.poll() {
            store_below.apply(update, 0).expect("what a hop sends, the next one takes");
        }
        if random.ratio(1, 2).unwrap_or(true) {
            view.answer(inbox_below.applied());
        }
        let _ = store.take_refresh(now);
    }
    assert_eq!(store_below.counters().broken, 0, "a hop sent what the next one cannot make sense of");
}
