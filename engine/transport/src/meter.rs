//! Figures about one link: what was written, what arrived, and what the path gives.
//!
//! Carriers store into plain atomics where they learn something; readers never take a carrier's lock. Nothing
//! here decides how much may be written: `proto::rate` does, from its [`Sample`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use proto::rate::Sample;
use tokio::sync::Notify;

use crate::priority::Class;

/// A handle on one link's figures; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    figures: Arc<Figures>,
}

#[derive(Debug, Default)]
struct Figures {
    rtt_us: AtomicU64,
    rtt_min_us: AtomicU64,
    window_bytes: AtomicU64,
    /// What the carrier itself has under way.
    carrier_in_flight_bytes: AtomicU64,
    delivered_bytes: AtomicU64,
    lost_bytes: AtomicU64,
    /// Written minus acknowledged, set right by the carrier whenever it has nothing left to send.
    backlog_bytes: AtomicU64,
    written_bytes: [AtomicU64; Class::ALL.len()],
    revision: AtomicU64,
    acknowledged: Notify,
}

impl Meter {
    /// The newest figures. In flight is what was written and not yet acknowledged, what still waits in the carrier
    /// included; the round trips are zero before the first acknowledgement.
    pub fn sample(&self) -> Sample {
        let figures = &*self.figures;
        let in_flight = figures.carrier_in_flight_bytes.load(Relaxed);
        Sample {
            rtt: Duration::from_micros(figures.rtt_us.load(Relaxed)),
            rtt_min: Duration::from_micros(figures.rtt_min_us.load(Relaxed)),
            window_bytes: figures.window_bytes.load(Relaxed),
            in_flight_bytes: figures.backlog_bytes.load(Relaxed).max(in_flight),
            delivered_bytes_total: figures.delivered_bytes.load(Relaxed),
        }
    }

    /// Bytes that the carrier found lost, and sent again, since the link began.
    pub fn lost_bytes_total(&self) -> u64 {
        self.figures.lost_bytes.load(Relaxed)
    }

    /// Counts batches of acknowledgements; take it before [`Meter::sample`] and wait with [`Meter::changed`].
    pub fn revision(&self) -> u64 {
        self.figures.revision.load(Relaxed)
    }

    /// Waits until there is news since `revision`. Returns at once if there was already; safe to drop half-way.
    pub async fn changed(&self, revision: u64) {
        loop {
            let news = self.figures.acknowledged.notified();
            if self.revision() != revision {
                return;
            }
            news.await;
        }
    }

    /// Bytes given to streams of `class` on this link: headers and operations, without the carrier's own.
    pub fn written_bytes(&self, class: Class) -> u64 {
        self.figures.written_bytes[class as usize].load(Relaxed)
    }

    /// Bytes given to streams of every class.
    pub fn written_bytes_total(&self) -> u64 {
        Class::ALL.into_iter().map(|class| self.written_bytes(class)).sum()
    }

    /// A stream gave `bytes` to the carrier.
    pub(crate) fn wrote(&self, class: Class, bytes: usize) {
        self.figures.written_bytes[class as usize].fetch_add(bytes as u64, Relaxed);
        self.figures.backlog_bytes.fetch_add(bytes as u64, Relaxed);
    }

    /// The peer has `bytes` more.
    pub(crate) fn delivered(&self, bytes: u64) {
        self.figures.delivered_bytes.fetch_add(bytes, Relaxed);
        let less = |backlog: u64| Some(backlog.saturating_sub(bytes));
        // The closure always gives a value, so the update cannot fail.
        let _ = self.figures.backlog_bytes.fetch_update(Relaxed, Relaxed, less);
    }

    /// The carrier lost `bytes` and sends them again.
    pub(crate) fn lost(&self, bytes: u64) {
        self.figures.lost_bytes.fetch_add(bytes, Relaxed);
    }

    /// A new estimate of the round trip.
    pub(crate) fn set_rtt(&self, smoothed: Duration, min: Duration) {
        self.figures.rtt_us.store(micros(smoothed), Relaxed);
        self.figures.rtt_min_us.store(micros(min), Relaxed);
    }

    /// How much the carrier lets be under way.
    pub(crate) fn set_window(&self, bytes: u64) {
        self.figures.window_bytes.store(bytes, Relaxed);
    }

    /// What the carrier has under way; `is_all` when nothing written waits behind it.
    pub(crate) fn set_in_flight(&self, bytes: u64, is_all: bool) {
        self.figures.carrier_in_flight_bytes.store(bytes, Relaxed);
        if is_all {
            self.figures.backlog_bytes.store(bytes, Relaxed);
        }
    }

    /// Ends a batch of acknowledgements: whoever waits for room looks again.
    pub(crate) fn publish(&self) {
        self.figures.revision.fetch_add(1, Relaxed);
        self.figures.acknowledged.notify_waiters();
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
