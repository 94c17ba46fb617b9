//! Counters for Prometheus. Handles are made once; nothing is looked up on a hot path, and no label names an
//! endpoint, so that the number of series does not grow with the fleet.

use std::fs;
use std::sync::Arc;

use metrics::{Counter, Gauge, Histogram, Unit};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use transport::Carrier;
use transport::server::HandshakeCounts;
use wire::control::Role;
use wire::stream::StreamKind;

use crate::mail::MailMetrics;
use crate::session::Counted;

/// Every figure of this relay.
pub(crate) struct Metrics {
    handle: PrometheusHandle,
    links: [[Gauge; 2]; 3],
    pub(crate) sessions: Gauge,
    pub(crate) viewers: Gauge,
    pub(crate) screen_in_bytes: Counter,
    pub(crate) screen_out_bytes: Counter,
    pub(crate) input_bytes: Counter,
    pub(crate) cursor_bytes: Counter,
    shell_bytes: Counter,
    file_bytes: Counter,
    /// Whatever small is asked and answered.
    request_bytes: Counter,
    /// Chunks of input that came without control, or found no agent.
    pub(crate) input_dropped: Counter,
    pub(crate) control_in_messages: Counter,
    pub(crate) updates_in: Counter,
    pub(crate) updates_out: Counter,
    pub(crate) update_write_seconds: Histogram,
    knocks: Arc<HandshakeCounts>,
    knocks_retried: Counter,
    knocks_refused: Counter,
    knocks_failed: Counter,
    /// Age of what a viewer is sent, by the relay's clock.
    pub(crate) picture_age_seconds: Histogram,
    input_out_bytes: Counter,
    cursor_out_bytes: Counter,
    updates_unwanted: Counter,
    updates_outdated: Counter,
    operations_broken: Counter,
    tiles_refreshed: Counter,
    messages_ignored: Counter,
    process: ProcessMetrics,
    handshakes_accepted: Counter,
    handshakes_refused: Counter,
    closed_malformed: Counter,
    closed_silent: Counter,
    closed_slow: Counter,
    pub(crate) events_lagged: Counter,
    /// Streams that a technician may not open.
    pub(crate) streams_refused: Counter,
    /// Joins of a page that joins all the time.
    pub(crate) joins_refused: Counter,
    /// Links that came when the relay was full.
    pub(crate) links_refused: Counter,
    /// Bytes that a recording or the audit missed, because it was slower than the stream.
    pub(crate) tap_missed_bytes: Counter,
    /// News of the desk that the data plane did not hear one by one.
    pub(crate) news_lagged: Counter,
    pub(crate) logins_accepted: Counter,
    pub(crate) logins_refused: Counter,
    pub(crate) desk: DeskMetrics,
    pub(crate) mail: MailMetrics,
}

/// Figures of the desk's writer.
#[derive(Clone)]
pub(crate) struct DeskMetrics {
    commands: Counter,
    lines: Counter,
    write_seconds: Histogram,
    /// Transactions that another process was faster than.
    pub(crate) races_lost: Counter,
    /// Transactions that failed; those who asked were told.
    pub(crate) failures: Counter,
}

impl DeskMetrics {
    fn register() -> Self {
        Self {
            commands: metrics::counter!("nearhand_desk_commands_total"),
            lines: metrics::counter!("nearhand_desk_events_total"),
            write_seconds: metrics::histogram!("nearhand_desk_write_seconds"),
            races_lost: metrics::counter!("nearhand_desk_races_lost_total"),
            failures: metrics::counter!("nearhand_desk_failures_total"),
        }
    }

    /// Commands that were decided together, the lines that they came to, and how long it took until these were on
    /// the disk.
    pub(crate) fn batch(&self, commands: usize, lines: usize, took: std::time::Duration) {
        self.commands.increment(commands as u64);
        self.lines.increment(lines as u64);
        self.write_seconds.record(took);
    }
}

/// What the program uses of the machine, under the names that Prometheus has for it. Not there where the system does not
/// tell.
struct ProcessMetrics {
    cpu_seconds: Gauge,
    resident_bytes: Gauge,
    open_files: Gauge,
}

impl ProcessMetrics {
    fn register() -> Self {
        Self {
            cpu_seconds: metrics::gauge!("process_cpu_seconds_total"),
            resident_bytes: metrics::gauge!("process_resident_memory_bytes"),
            open_files: metrics::gauge!("process_open_fds"),
        }
    }

    fn read(&self) {
        if let Some(seconds) = fs::read_to_string("/proc/self/stat").ok().and_then(|stat| cpu_seconds(&stat))
        {
            self.cpu_seconds.set(seconds);
        }
        if let Some(kilobytes) =
            fs::read_to_string("/proc/self/status").ok().and_then(|text| resident_kb(&text))
        {
            self.resident_bytes.set(1024.0 * kilobytes);
        }
        if let Ok(files) = fs::read_dir("/proc/self/fd") {
            self.open_files.set(files.count() as f64);
        }
    }
}

/// Seconds of all threads: fields 14 and 15 of proc(5), in hundredths.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / 100.0)
}

fn resident_kb(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// Why the relay closed a peer that would have stayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Malformed,
    Silent,
    TooSlow,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// A recorder of its own for each relay, so that two in one process do not mix.
    pub(crate) fn new() -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            describe();
            Self::register(&recorder)
        })
    }

    fn register(recorder: &PrometheusRecorder) -> Self {
        let links = [Carrier::Quic, Carrier::WebTransport, Carrier::WebSocket].map(|carrier| {
            ["agent", "technician"]
                .map(|role| metrics::gauge!("nearhand_links", "carrier" => carrier.name(), "role" => role))
        });
        let bytes =
            |kind, way| metrics::counter!("nearhand_stream_bytes_total", "kind" => kind, "way" => way);
        let faults = |cause| metrics::counter!("nearhand_links_dropped_total", "cause" => cause);
        let handshakes = |outcome| metrics::counter!("nearhand_handshakes_total", "outcome" => outcome);
        let logins = |outcome| metrics::counter!("nearhand_logins_total", "outcome" => outcome);
        Self {
            handle: recorder.handle(),
            links,
            sessions: metrics::gauge!("nearhand_sessions"),
            viewers: metrics::gauge!("nearhand_viewers"),
            screen_in_bytes: bytes("screen", "in"),
            screen_out_bytes: bytes("screen", "out"),
            input_bytes: bytes("input", "in"),
            cursor_bytes: bytes("cursor", "in"),
            shell_bytes: bytes("shell", "in"),
            file_bytes: bytes("file", "in"),
            request_bytes: bytes("request", "in"),
            input_dropped: metrics::counter!("nearhand_input_dropped_total"),
            control_in_messages: metrics::counter!("nearhand_control_messages_total"),
            updates_in: metrics::counter!("nearhand_updates_total", "way" => "in"),
            updates_out: metrics::counter!("nearhand_updates_total", "way" => "out"),
            update_write_seconds: metrics::histogram!("nearhand_update_write_seconds"),
            knocks: Arc::default(),
            knocks_retried: handshakes("retried"),
            knocks_refused: handshakes("turned_away"),
            knocks_failed: handshakes("failed"),
            picture_age_seconds: metrics::histogram!("nearhand_picture_age_seconds"),
            input_out_bytes: bytes("input", "out"),
            cursor_out_bytes: bytes("cursor", "out"),
            updates_unwanted: metrics::counter!("nearhand_updates_dropped_total", "cause" => "unwanted"),
            updates_outdated: metrics::counter!("nearhand_updates_dropped_total", "cause" => "outdated"),
            operations_broken: metrics::counter!("nearhand_operations_broken_total"),
            tiles_refreshed: metrics::counter!("nearhand_tiles_refreshed_total"),
            messages_ignored: metrics::counter!("nearhand_messages_ignored_total"),
            process: ProcessMetrics::register(),
            handshakes_accepted: handshakes("accepted"),
            handshakes_refused: handshakes("refused"),
            closed_malformed: faults("malformed"),
            closed_silent: faults("silent"),
            closed_slow: faults("too_slow"),
            events_lagged: metrics::counter!("nearhand_events_lagged_total"),
            streams_refused: metrics::counter!("nearhand_streams_refused_total"),
            joins_refused: metrics::counter!("nearhand_joins_refused_total"),
            links_refused: metrics::counter!("nearhand_links_refused_total"),
            tap_missed_bytes: metrics::counter!("nearhand_tap_missed_bytes_total"),
            news_lagged: metrics::counter!("nearhand_news_lagged_total"),
            logins_accepted: logins("accepted"),
            logins_refused: logins("refused"),
            desk: DeskMetrics::register(),
            mail: MailMetrics::register(),
        }
    }

    /// Links of one carrier and role that are open now.
    pub(crate) fn links(&self, carrier: Carrier, role: Role) -> &Gauge {
        let [quic, webtransport, websocket] = &self.links;
        let [agents, technicians] = match carrier {
            Carrier::Quic => quic,
            Carrier::WebTransport => webtransport,
            Carrier::WebSocket => websocket,
        };
        if role == Role::Agent { agents } else { technicians }
    }

    /// A handshake ended.
    pub(crate) fn handshake(&self, accepted: bool) {
        let counter = if accepted { &self.handshakes_accepted } else { &self.handshakes_refused };
        counter.increment(1);
    }

    /// A link was closed for the peer's fault.
    pub(crate) fn fault(&self, fault: Fault) {
        let counter = match fault {
            Fault::Malformed => &self.closed_malformed,
            Fault::Silent => &self.closed_silent,
            Fault::TooSlow => &self.closed_slow,
        };
        counter.increment(1);
    }

    /// Bytes of a stream that were read from a peer.
    pub(crate) fn read(&self, kind: StreamKind, bytes: usize) {
        let counter = match kind {
            StreamKind::Screen => &self.screen_in_bytes,
            StreamKind::Input => &self.input_bytes,
            StreamKind::Cursor => &self.cursor_bytes,
            StreamKind::Shell => &self.shell_bytes,
            StreamKind::File => &self.file_bytes,
            _ => &self.request_bytes,
        };
        counter.increment(bytes as u64);
    }

    /// Where the UDP port counts those who do not come in.
    pub(crate) fn knocks(&self) -> Arc<HandshakeCounts> {
        Arc::clone(&self.knocks)
    }

    /// Bytes of a stream that were given to a peer's link, other than the screen's.
    pub(crate) fn wrote(&self, kind: StreamKind, bytes: usize) {
        match kind {
            StreamKind::Input => self.input_out_bytes.increment(bytes as u64),
            StreamKind::Cursor => self.cursor_out_bytes.increment(bytes as u64),
            _ => {}
        }
    }

    /// What a session's plane counted since the last time.
    pub(crate) fn plane(&self, counted: Counted) {
        self.updates_unwanted.increment(counted.updates_unwanted);
        self.updates_outdated.increment(counted.updates_outdated);
        self.operations_broken.increment(counted.operations_broken);
        self.tiles_refreshed.increment(counted.tiles_refreshed);
        self.messages_ignored.increment(counted.messages_ignored);
    }

    /// Sums up the samples of times that were taken since the last call. They gather until then, so it must be called
    /// also while nobody reads.
    pub(crate) fn upkeep(&self) {
        self.handle.run_upkeep();
    }

    /// All figures as Prometheus reads them.
    pub(crate) fn render(&self) -> String {
        self.knocks_retried.absolute(self.knocks.retried());
        self.knocks_refused.absolute(self.knocks.refused());
        self.knocks_failed.absolute(self.knocks.failed());
        self.process.read();
        self.handle.run_upkeep();
        self.handle.render()
    }
}

fn describe() {
    metrics::describe_gauge!("nearhand_links", "Links that are open");
    metrics::describe_gauge!("nearhand_sessions", "Support sessions that are open");
    metrics::describe_gauge!("nearhand_viewers", "Technicians in sessions");
    metrics::describe_counter!("nearhand_stream_bytes_total", Unit::Bytes, "Bytes of streams by kind");
    metrics::describe_counter!("nearhand_control_messages_total", "Control messages received");
    metrics::describe_counter!("nearhand_input_dropped_total", "Input without control, or without an agent");
    metrics::describe_counter!("nearhand_updates_total", "Screen updates");
    metrics::describe_histogram!(
        "nearhand_update_write_seconds",
        Unit::Seconds,
        "From taking an update for a viewer until its link took all of it"
    );
    metrics::describe_histogram!(
        "nearhand_picture_age_seconds",
        Unit::Seconds,
        "From the capture of what a viewer is sent until it is sent"
    );
    metrics::describe_counter!(
        "nearhand_updates_dropped_total",
        "Updates of agents that nobody could use any more"
    );
    metrics::describe_counter!("nearhand_operations_broken_total", "Operations whose base was not there");
    metrics::describe_counter!("nearhand_tiles_refreshed_total", "Tiles asked for again");
    metrics::describe_counter!(
        "nearhand_messages_ignored_total",
        "Refreshes, answers and demands for nothing"
    );
    metrics::describe_counter!("nearhand_handshakes_total", "Handshakes of links");
    metrics::describe_counter!("nearhand_links_dropped_total", "Links closed for their peer's fault");
    metrics::describe_counter!(
        "nearhand_events_lagged_total",
        "Event streams that lost events and started over"
    );
    metrics::describe_counter!("nearhand_joins_refused_total", "Joins that came too often on one link");
    metrics::describe_counter!("nearhand_links_refused_total", "Links refused because the relay is full");
    metrics::describe_counter!(
        "nearhand_tap_missed_bytes_total",
        Unit::Bytes,
        "Bytes of streams that their recording missed"
    );
    metrics::describe_counter!("nearhand_logins_total", "Attempts to log in");
    metrics::describe_counter!("nearhand_mails_total", "Letters for the mail server");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_read_behind_any_program_name() {
        let stat = "7 (a b) c) S 1 2 3 4 5 6 7 8 9 10 250 150 0 0";
        assert_eq!(cpu_seconds(stat), Some(4.0));
        assert_eq!(cpu_seconds("7 (short) S"), None);
        assert_eq!(resident_kb("Name:\tx\nVmRSS:\t    512 kB\n"), Some(512.0));
    }

    #[test]
    fn figures_are_rendered_with_their_labels() {
        let metrics = Metrics::new();
        metrics.links(Carrier::WebTransport, Role::Technician).increment(1.0);
        metrics.fault(Fault::TooSlow);
        let text = metrics.render();
        for line in [
            "nearhand_links{carrier=\"webtransport\",role=\"technician\"} 1",
            "nearhand_links_dropped_total{cause=\"too_slow\"} 1",
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }
}
