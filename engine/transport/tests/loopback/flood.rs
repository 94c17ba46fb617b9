//! A flood of first packets from somebody who never goes on.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use quinn_proto::crypto::rustls::QuicClientConfig;
use quinn_proto::{ClientConfig, Endpoint, EndpointConfig};
use tokio::net::UdpSocket;
use tokio::time::timeout;
use transport::client::{Trust, connect};
use transport::server::Incoming;
use transport::settings::{ALPN_NATIVE, HANDSHAKES_BEFORE_RETRY};
use transport::tls;

use crate::site::{PATIENCE, Site};

/// The high bits of a Retry packet's first byte (RFC 9000 §17.2.5).
const RETRY: u8 = 0xf0;

/// The first packet of a client.
fn first_packet(config: &ClientConfig, to: SocketAddr) -> Vec<u8> {
    let mut endpoint = Endpoint::new(Arc::new(EndpointConfig::default()), None, false, None);
    let (_, mut connection) =
        endpoint.connect(Instant::now(), config.clone(), to, "localhost").expect("a client");
    let mut packet = Vec::new();
    let sent = connection.poll_transmit(Instant::now(), 1, &mut packet).expect("a first packet");
    packet.truncate(sent.size);
    packet
}

#[tokio::test]
async fn under_a_flood_of_first_packets_clients_prove_their_address_and_come_in() {
    let site = Site::open();
    let mut tls = tls::client(&Trust::Pin(site.pin)).unwrap();
    tls.alpn_protocols = vec![ALPN_NATIVE.to_vec()];
    let config = ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls).unwrap()));
    let flood = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    for _ in 0..HANDSHAKES_BEFORE_RETRY + 64 {
        flood.send_to(&first_packet(&config, site.address), site.address).await.unwrap();
    }
    // Beyond so many the flooder is only asked who it is, which costs a packet and no memory.
    let asked = async {
        let mut packet = [0; 2048];
        loop {
            let length = flood.recv(&mut packet).await.unwrap();
            if packet[..length].first().is_some_and(|first| first & RETRY == RETRY) {
                return;
            }
        }
    };
    timeout(PATIENCE, asked).await.expect("a retry");

    // Whoever answers comes in meanwhile.
    let options = site.options();
    let (arrived, connected) = tokio::join!(site.endpoint.accept(), connect(&options));
    assert!(matches!(arrived, Some(Incoming::Native(_))), "{arrived:?}");
    connected.unwrap();
    assert!(0 < site.counts.retried());
    assert_eq!(site.counts.refused(), 0);
}
