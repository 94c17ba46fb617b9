//! What is under way on the whole link, and how long it takes. Pure.

use std::time::{Duration, Instant};

/// Bytes that may be under way and not reported as arrived. Bounds what a page may have queued, since a browser
/// gives its pages no back pressure; at 100 ms it still lets 80 Mb/s through.
pub(super) const LINK_WINDOW_BYTES: u64 = 1 << 20;

/// Bytes after which a report of arrival does not wait for a pause any longer.
pub(super) const REPORT_BYTES: u64 = 64 << 10;

/// Counts of one link. Bytes are those of streams, without the frames around them.
#[derive(Debug, Default)]
pub(super) struct Flow {
    sent: u64,
    arrived: u64,
    received: u64,
    reported: u64,
    /// When the byte at a position was sent, until that position is reported.
    probe: Option<(u64, Instant)>,
    rtt: Option<Duration>,
    rtt_min: Option<Duration>,
    /// The newest round trip, until it is taken.
    measured: Option<Duration>,
}

impl Flow {
    /// Bytes that may be sent now.
    pub(super) fn room(&self) -> u64 {
        LINK_WINDOW_BYTES.saturating_sub(self.under_way())
    }

    /// Bytes sent and not reported.
    pub(super) fn under_way(&self) -> u64 {
        self.sent - self.arrived
    }

    /// `bytes` go out.
    pub(super) fn send(&mut self, now: Instant, bytes: u64) {
        self.sent += bytes;
        if self.probe.is_none() && 0 < bytes {
            self.probe = Some((self.sent, now));
        }
    }

    /// The peer reports `total`; gives how many bytes that is more than before, or `None` if so much was not sent.
    pub(super) fn arrive(&mut self, now: Instant, total: u64) -> Option<u64> {
        if self.sent < total {
            return None;
        }
        let more = total.saturating_sub(self.arrived);
        self.arrived += more;
        if let Some((position, sent_at)) = self.probe
            && position <= self.arrived
        {
            self.probe = None;
            self.measure(now.saturating_duration_since(sent_at));
        }
        Some(more)
    }

    /// `bytes` came in.
    pub(super) fn receive(&mut self, bytes: u64) {
        self.received = self.received.saturating_add(bytes);
    }

    /// Whether a report must not wait any longer.
    pub(super) fn is_report_late(&self) -> bool {
        REPORT_BYTES <= self.received - self.reported
    }

    /// The total to report, if there is news.
    pub(super) fn report(&mut self) -> Option<u64> {
        if self.reported == self.received {
            return None;
        }
        self.reported = self.received;
        Some(self.reported)
    }

    /// The smoothed and the smallest round trip.
    pub(super) fn round_trip(&self) -> Option<(Duration, Duration)> {
        self.rtt.zip(self.rtt_min)
    }

    /// The round trip that the last report ended, if it did.
    pub(super) fn take_measured(&mut self) -> Option<Duration> {
        self.measured.take()
    }

    fn measure(&mut self, sample: Duration) {
        self.measured = Some(sample);
        // The smoothing of RFC 6298.
        self.rtt = Some(self.rtt.map_or(sample, |rtt| rtt * 7 / 8 + sample / 8));
        self.rtt_min = Some(self.rtt_min.map_or(sample, |min| min.min(sample)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_trip_is_the_time_from_a_byte_to_its_report() {
        let (mut flow, start) = (Flow::default(), Instant::now());
        flow.send(start, 1000);
        flow.send(start + Duration::from_millis(5), 1000);
        assert_eq!(flow.under_way(), 2000);
        assert_eq!(flow.arrive(start + Duration::from_millis(20), 999), Some(999));
        assert_eq!(flow.round_trip(), None);
        assert_eq!(flow.arrive(start + Duration::from_millis(30), 2000), Some(1001));
        assert_eq!(flow.round_trip(), Some((Duration::from_millis(30), Duration::from_millis(30))));
        assert_eq!(flow.room(), LINK_WINDOW_BYTES);
    }

    #[test]
    fn a_report_of_more_than_was_sent_is_noticed() {
        let mut flow = Flow::default();
        flow.send(Instant::now(), 10);
        assert_eq!(flow.arrive(Instant::now(), 11), None);
    }

    #[test]
    fn arrivals_are_reported_once() {
        let mut flow = Flow::default();
        flow.receive(10);
        assert_eq!(flow.report(), Some(10));
        assert_eq!(flow.report(), None);
        flow.receive(REPORT_BYTES);
        assert!(flow.is_report_late());
    }
}
