//! How a QUIC connection of ours behaves: its transport parameters and its congestion controller.
//!
//! The controller is quinn's own, wrapped in one that tells a [`Meter`] what it sees.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use quinn::congestion::{BbrConfig, Controller, ControllerFactory, ControllerMetrics, CubicConfig};
use quinn::{IdleTimeout, MtuDiscoveryConfig, TransportConfig, VarInt};
use quinn_proto::RttEstimator;

use crate::meter::Meter;
use crate::settings::{self, Congestion};

/// The transport parameters of one connection, whose figures go to `meter`.
///
/// They are made for each connection, since a change of networks builds a new controller, and that one has to go
/// on with the same meter.
pub(crate) fn transport(congestion: Congestion, meter: &Meter) -> Arc<TransportConfig> {
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

/// Builds quinn's controller in a wrapping that reports.
struct Metered {
    congestion: Congestion,
    meter: Meter,
}

impl ControllerFactory for Metered {
    fn build(self: Arc<Self>, now: Instant, mtu: u16) -> Box<dyn Controller> {
        let inner = match self.congestion {
            Congestion::Cubic => Arc::new(CubicConfig::default()).build(now, mtu),
            Congestion::Bbr => Arc::new(BbrConfig::default()).build(now, mtu),
        };
        self.meter.set_window(inner.window());
        Box::new(MeteredController { inner, meter: self.meter.clone(), written_bytes: 0 })
    }
}

struct MeteredController {
    inner: Box<dyn Controller>,
    meter: Meter,
    /// What had been written when the last batch of acknowledgements ended.
    written_bytes: u64,
}

impl Controller for MeteredController {
    fn on_sent(&mut self, now: Instant, bytes: u64, last_packet_number: u64) {
        self.inner.on_sent(now, bytes, last_packet_number);
    }

    fn on_ack(&mut self, now: Instant, sent: Instant, bytes: u64, app_limited: bool, rtt: &RttEstimator) {
        self.meter.delivered(bytes);
        self.meter.set_rtt(rtt.get(), rtt.min());
        self.inner.on_ack(now, sent, bytes, app_limited, rtt);
    }

    fn on_end_acks(&mut self, now: Instant, in_flight: u64, app_limited: bool, largest: Option<u64>) {
        self.inner.on_end_acks(now, in_flight, app_limited, largest);
        // quinn says that it had nothing left to send, which holds for what was written before it looked.
        let written = self.meter.written_bytes_total();
        let is_all = app_limited && written == self.written_bytes;
        self.written_bytes = written;
        self.meter.set_in_flight(in_flight, is_all);
        self.meter.set_window(self.inner.window());
        self.meter.publish();
    }

    fn on_congestion_event(&mut self, now: Instant, sent: Instant, is_persistent: bool, lost_bytes: u64) {
        self.meter.lost(lost_bytes);
        self.inner.on_congestion_event(now, sent, is_persistent, lost_bytes);
        self.meter.set_window(self.inner.window());
    }

    fn on_mtu_update(&mut self, mtu: u16) {
        self.inner.on_mtu_update(mtu);
    }

    fn window(&self) -> u64 {
        self.inner.window()
    }

    fn metrics(&self) -> ControllerMetrics {
        self.inner.metrics()
    }

    fn clone_box(&self) -> Box<dyn Controller> {
        let (inner, meter) = (self.inner.clone_box(), self.meter.clone());
        Box::new(Self { inner, meter, written_bytes: self.written_bytes })
    }

    fn initial_window(&self) -> u64 {
        self.inner.initial_window()
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
