//! What only the WebSocket has to show: falling back to it, links without TLS, and peers that break its rules.

use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::timeout;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message as WsMessage;
use transport::client::{ConnectError, Preference, Trust, connect};
use transport::websocket::{self, Side};
use transport::{Carrier, Link, LinkError};
use wire::close::CloseCode;

use crate::site::{PATIENCE, Site, fit};

#[tokio::test]
async fn a_websocket_takes_over_where_udp_does_not_get_through() {
    let site = Site::open();
    // The same port for both: UDP is bound and never answered, as behind a firewall that drops it.
    let (listener, _silent) = same_port().await;
    let mut options = site.options();
    options.address = listener.local_addr().unwrap().to_string();
    options.preference = Preference::Auto;
    let (here, connected) = tokio::join!(site.accept_websocket(&listener), connect(&options));
    let connected = connected.unwrap();
    assert_eq!(connected.link.carrier(), Carrier::WebSocket);
    assert_eq!(connected.quic_failed, Some(LinkError::TimedOut));
    assert_eq!(here.exporter(), connected.link.exporter());
}

#[tokio::test]
async fn with_udp_the_websocket_is_not_tried() {
    let site = Site::open();
    let mut options = site.options();
    options.preference = Preference::Auto;
    let (_arrived, connected) = tokio::join!(site.endpoint.accept(), connect(&options));
    let connected = connected.unwrap();
    assert_eq!(connected.link.carrier(), Carrier::Quic);
    assert_eq!(connected.quic_failed, None);
}

#[tokio::test]
async fn a_websocket_to_a_site_with_another_key_is_refused() {
    let site = Site::open();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let mut options = site.options();
    options.address = listener.local_addr().unwrap().to_string();
    options.preference = Preference::WebSocket;
    options.trust = Trust::Pin([7; 32]);
    let accept = tokio::spawn(async move { site.accept_websocket(&listener).await });
    let error = connect(&options).await.unwrap_err();
    assert!(matches!(error, ConnectError::Link(LinkError::Refused(_))), "{error:?}");
    assert!(accept.await.is_err());
}

#[tokio::test]
async fn a_link_without_tls_has_no_exporter() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let mut options = Site::open().options();
    options.address = listener.local_addr().unwrap().to_string();
    options.preference = Preference::PlainWebSocket;
    let (here, connected) = tokio::join!(accept_plain(&listener), connect(&options));
    assert_eq!((here.exporter(), connected.unwrap().link.exporter()), (None, None));
}

#[tokio::test]
async fn a_peer_that_sends_more_than_its_credit_is_closed() {
    let mut flood = vec![vec![0x01, 0x02]];
    flood.extend((0..40).map(|_| [&[0x02, 0x02][..], &[0; 8000][..]].concat()));
    let (link, status) = broken_rule(flood.into_iter().map(|bytes| WsMessage::Binary(bytes.into()))).await;
    assert_eq!(status, 4000 + CloseCode::OverLimit.to_wire() as u16);
    assert!(matches!(link.closed().await, LinkError::Lost(_)));
}

#[tokio::test]
async fn a_text_message_closes_the_link() {
    let (_, status) = broken_rule([WsMessage::text("hello")]).await;
    assert_eq!(status, 4000 + CloseCode::Unknown.to_wire() as u16);
}

#[tokio::test]
async fn a_frame_that_is_none_closes_the_link() {
    let (_, status) = broken_rule([WsMessage::Binary(Bytes::from_static(&[0x09, 0x00]))]).await;
    assert_eq!(status, 4000 + CloseCode::Unknown.to_wire() as u16);
}

/// Sends `messages` to a link as they are, and gives the status with which it closes.
async fn broken_rule(messages: impl IntoIterator<Item = WsMessage>) -> (Link, u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let dial = async {
        let tcp = TcpStream::connect(address).await.unwrap();
        client_async(format!("ws://{address}/link"), tcp).await.unwrap().0
    };
    let (link, mut socket) = tokio::join!(accept_plain(&listener), dial);
    for message in messages {
        socket.feed(message).await.unwrap();
    }
    socket.flush().await.unwrap();
    let closing = async {
        loop {
            if let WsMessage::Close(Some(frame)) = socket.next().await.expect("no close frame").unwrap() {
                return u16::from(frame.code);
            }
        }
    };
    (link, timeout(PATIENCE, closing).await.expect("the link stays open"))
}

async fn accept_plain(listener: &TcpListener) -> Link {
    let (tcp, peer) = listener.accept().await.unwrap();
    websocket::link(fit(tcp).await, Side::Acceptor, peer, None)
}

/// A TCP listener and a UDP socket with the same number.
async fn same_port() -> (TcpListener, UdpSocket) {
    loop {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        if let Ok(socket) = UdpSocket::bind(address).await {
            return (listener, socket);
        }
    }
}
