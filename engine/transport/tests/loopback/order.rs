//! What is urgent does not wait behind what is large. Nothing here is timed: it is the order of arrival that counts.

use bytes::Bytes;
use tokio::time::timeout;
use transport::{Carrier, Link, Priority, RecvStream, SendStream};

use crate::site::{PATIENCE, Site};

/// Messages of input sent while bulk saturates the link.
const KEYS: usize = 100;

/// Bulk that is written in all: several times what every window and socket buffer on the way holds.
const BULK_BYTES: usize = 40 << 20;

#[tokio::test]
async fn input_is_not_queued_behind_saturating_bulk_over_quic() {
    keys_under_bulk(Carrier::Quic).await;
}

#[tokio::test]
async fn input_is_not_queued_behind_saturating_bulk_over_web_transport() {
    keys_under_bulk(Carrier::WebTransport).await;
}

#[tokio::test]
async fn input_is_not_queued_behind_saturating_bulk_over_websocket() {
    keys_under_bulk(Carrier::WebSocket).await;
}

/// Echoes keys over a link that bulk saturates in the same direction: all of them are back before bulk is through.
async fn keys_under_bulk(carrier: Carrier) {
    let site = Site::open();
    let (here, there) = site.link(carrier).await;
    there.set_live(true);
    let bulk = tokio::spawn(write_bulk(here.clone()));
    let read = tokio::spawn(read_slowly(there.accept_uni().await.unwrap()));
    let echo = tokio::spawn(echo(there));
    let keys = async {
        let (mut send, mut recv) = here.open_bi().await.unwrap();
        send.set_priority(Priority::Input);
        for key in 0..KEYS {
            press(&mut send, &mut recv, key as u8).await;
        }
    };
    timeout(PATIENCE, keys).await.expect("keys starve");
    assert!(!read.is_finished(), "bulk was through before the keys, so nothing was shown");
    bulk.abort();
    read.abort();
    echo.abort();
}

async fn write_bulk(link: Link) {
    let mut stream = link.open_uni().await.unwrap();
    stream.set_priority(Priority::Bulk);
    let chunk = Bytes::from(vec![0; 64 << 10]);
    for _ in 0..BULK_BYTES / chunk.len() {
        stream.write(std::slice::from_ref(&chunk)).await.unwrap();
    }
    stream.finish().unwrap();
}

/// A reader that lets others go first at each chunk, so that the sender always has more than fits.
async fn read_slowly(mut stream: RecvStream) {
    while let Some(chunk) = stream.read().await.unwrap() {
        for _ in 0..chunk.len() / 100 {
            tokio::task::yield_now().await;
        }
    }
}

async fn echo(link: Link) {
    let (mut send, mut recv) = link.accept_bi().await.unwrap();
    send.set_priority(Priority::Input);
    while let Some(bytes) = recv.read().await.unwrap() {
        send.write(&[bytes]).await.unwrap();
    }
}

async fn press(send: &mut SendStream, recv: &mut RecvStream, key: u8) {
    send.write(&[Bytes::copy_from_slice(&[key])]).await.unwrap();
    let back = recv.read().await.unwrap().expect("the echo ended");
    assert_eq!(back.as_ref(), [key]);
}
