//! How a QUIC connection of ours behaves: its transport parameters and its congestion controller.
//!
//! The controller is [`Budget`] or one of quinn's, wrapped in one that tells a [`Meter`] what it sees.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use proto::rate::{BYTES_START, Budget, Sample};
use quinn::congestion::{BbrConfig, Controller, ControllerFactory, ControllerMetrics, CubicConfig};
use quinn::{IdleTimeout, MtuDiscoveryConfig, TransportConfig, VarInt};
use quinn_proto::RttEstimator;

use crate::meter::Meter;
use crate::settings::{self, Congestion};

/// Packets smaller than this carry acknowledgements, which are not acknowledged themselves.
const ACKNOWLEDGEMENT_BYTES_MAX: u64 = 120;

/// The transport parameters of one connection, whose figures go to `meter`.
///
/// They are made for each connection, since a change of networks builds a new controller, and that one has to go
/// on with the same meter.
pub fn transport(congestion: Congestion, meter: &Meter) -> Arc<TransportConfig> {
    let mut config = TransportConfig::default();
    let permitted = VarInt::from_u32(settings::STREAMS_IDLE + settings::STREAMS_HTTP);
    let mut mtu = MtuDiscoveryConfig::default();
    mtu.upper_bound(settings::MTU_MAX);
    config
        .max_concurrent_uni_streams(permitted)
        .max_concurrent_bidi_streams(permitted)
        .stream_receive_window(settings::STREAM_WINDOW_BYTES.into())
        .receive_window(settings::RECEIVE_WINDOW_BYTES.into())
        .send_window(settings::SEND_WINDOW_BYTES)
        .mtu_discovery_config(Some(mtu))
        .initial_rtt(settings::INITIAL_RTT)
        .max_idle_timeout(IdleTimeout::try_from(settings::IDLE_TIMEOUT).ok())
        // proto::liveness asks whether the peer's program still answers, which says more and costs the same.
        .keep_alive_interval(None)
        // Without it, sending costs 5.07 s for each GB instead of 1.40.
        .enable_segmentation_offload(true)
        // Round robin among streams of one priority: several files share the line.
        .send_fairness(true)
        // Datagrams are not used. Receiving stays on, because browsers refuse WebTransport without it.
        .datagram_send_buffer_size(0)
        .congestion_controller_factory(Arc::new(Metered { congestion, meter: meter.clone() }));
    Arc::new(config)
}

/// Builds a controller in a wrapping that reports.
struct Metered {
    congestion: Congestion,
    meter: Meter,
}

impl ControllerFactory for Metered {
    fn build(self: Arc<Self>, now: Instant, mtu: u16) -> Box<dyn Controller> {
        let inner = match self.congestion {
            Congestion::Budget => None,
            Congestion::Cubic => Some(Arc::new(CubicConfig::default()).build(now, mtu)),
            Congestion::Bbr => Some(Arc::new(BbrConfig::default()).build(now, mtu)),
        };
        let controller = MeteredController {
            inner,
            budget: Budget::default(),
            meter: self.meter.clone(),
            in_flight_bytes: 0,
            rtt: Duration::ZERO,
            written_bytes: 0,
        };
        controller.meter.set_window(controller.window());
        Box::new(controller)
    }
}

struct MeteredController {
    /// Without one, the budget decides alone.
    inner: Option<Box<dyn Controller>>,
    budget: Budget,
    meter: Meter,
    in_flight_bytes: u64,
    /// The shortest round trip in this batch of acknowledgements; zero while there is none.
    rtt: Duration,
    /// What had been written when the last packet was sent.
    written_bytes: u64,
}

impl Controller for MeteredController {
    fn on_sent(&mut self, now: Instant, bytes: u64, last_packet_number: u64) {
        self.written_bytes = self.meter.written_bytes_total();
        if ACKNOWLEDGEMENT_BYTES_MAX < bytes {
            let before = self.in_flight_bytes;
            self.in_flight_bytes += bytes;
            self.budget.sent(now, before, self.in_flight_bytes);
        }
        if let Some(inner) = &mut self.inner {
            inner.on_sent(now, bytes, last_packet_number);
        }
    }

    fn on_ack(&mut self, now: Instant, sent: Instant, bytes: u64, app_limited: bool, rtt: &RttEstimator) {
        let taken = now.saturating_duration_since(sent);
        self.rtt = if self.rtt.is_zero() { taken } else { self.rtt.min(taken) };
        self.meter.delivered(bytes);
        self.meter.set_rtt(rtt.get(), rtt.min());
        if let Some(inner) = &mut self.inner {
            inner.on_ack(now, sent, bytes, app_limited, rtt);
        }
    }

    fn on_end_acks(&mut self, now: Instant, in_flight: u64, app_limited: bool, largest: Option<u64>) {
        if let Some(inner) = &mut self.inner {
            inner.on_end_acks(now, in_flight, app_limited, largest);
        }
        self.in_flight_bytes = in_flight;
        let sample = Sample {
            rtt: std::mem::take(&mut self.rtt),
            window_bytes: self.inner.as_ref().map_or(u64::MAX, |inner| inner.window()),
            delivered_bytes_total: self.meter.delivered_bytes_total(),
            lost_bytes_total: self.meter.lost_bytes_total(),
        };
        self.budget.handle(now, sample);
        // quinn says that it had nothing left to send, which holds for what was written before it sent its last packet.
        let is_all = app_limited && self.meter.written_bytes_total() == self.written_bytes;
        self.meter.set_in_flight(in_flight, is_all);
        self.meter.set_window(self.window());
        self.meter.publish(&self.budget);
    }

    fn on_congestion_event(&mut self, now: Instant, sent: Instant, is_persistent: bool, lost_bytes: u64) {
        self.meter.lost(lost_bytes);
        self.in_flight_bytes = self.in_flight_bytes.saturating_sub(lost_bytes);
        if is_persistent {
            self.budget.collapse();
        }
        if let Some(inner) = &mut self.inner {
            inner.on_congestion_event(now, sent, is_persistent, lost_bytes);
        }
        self.meter.set_window(self.window());
    }

    fn on_mtu_update(&mut self, mtu: u16) {
        if let Some(inner) = &mut self.inner {
            inner.on_mtu_update(mtu);
        }
    }

    fn window(&self) -> u64 {
        self.inner.as_ref().map_or_else(|| self.budget.window(), |inner| inner.window())
    }

    fn metrics(&self) -> ControllerMetrics {
        let mut metrics = ControllerMetrics::default();
        metrics.congestion_window = self.window();
        self.inner.as_ref().map_or(metrics, |inner| inner.metrics())
    }

    fn clone_box(&self) -> Box<dyn Controller> {
        let inner = self.inner.as_ref().map(|inner| inner.clone_box());
        Box::new(Self { inner, budget: self.budget.clone(), meter: self.meter.clone(), ..*self })
    }

    fn initial_window(&self) -> u64 {
        self.inner.as_ref().map_or(BYTES_START, |inner| inner.initial_window())
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
