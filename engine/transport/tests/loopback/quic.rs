//! What only native QUIC has to show: trust, the exporter, figures.

use bytes::Bytes;
use tokio::time::timeout;
use transport::client::{ConnectError, Trust, connect};
use transport::{Carrier, LinkError, Priority};

use crate::site::{PATIENCE, Site};

#[tokio::test]
async fn a_site_with_another_key_is_refused() {
    let site = Site::open();
    let mut options = site.options();
    options.trust = Trust::Pin([7; 32]);
    let error = connect(&options).await.unwrap_err();
    assert!(matches!(error, ConnectError::Link(LinkError::Refused(_))), "{error:?}");
}

#[tokio::test]
async fn both_ends_export_the_same_secret_and_no_two_links_share_one() {
    let site = Site::open();
    let (here, there) = site.link().await;
    let (other, _) = site.link().await;
    assert_eq!(here.carrier(), Carrier::Quic);
    assert!(here.exporter().is_some());
    assert_eq!(here.exporter(), there.exporter());
    assert_ne!(here.exporter(), other.exporter());
}

#[tokio::test]
async fn the_meter_tells_what_was_written_and_when_it_arrived() {
    let site = Site::open();
    let (here, there) = site.link().await;
    there.set_live(true);
    let mut stream = here.open_uni().await.unwrap();
    stream.set_priority(Priority::Screen(1));
    let update = Bytes::from(vec![7; 100_000]);
    stream.write(&[update.slice(..1000), update.slice(1000..)]).await.unwrap();
    stream.finish().unwrap();
    let mut received = there.accept_uni().await.unwrap();
    assert_eq!(received.read_to_end(100_000).await.unwrap(), update);
    let meter = here.meter();
    assert_eq!(meter.written_bytes(Priority::Screen(1).class()), 100_000);
    let arrived = async {
        loop {
            let revision = meter.revision();
            let sample = meter.sample();
            if sample.in_flight_bytes == 0 && 100_000 <= sample.delivered_bytes_total {
                return sample;
            }
            meter.changed(revision).await;
        }
    };
    let sample = timeout(PATIENCE, arrived).await.unwrap();
    assert!(!sample.rtt.is_zero() && sample.rtt_min <= sample.rtt, "{sample:?}");
    assert!(0 < sample.window_bytes, "{sample:?}");
}
