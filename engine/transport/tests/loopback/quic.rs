//! What only QUIC has to show: trust, the exporter, two protocols on one port, closing an endpoint.

use http::StatusCode;
use tokio::time::timeout;
use transport::client::{ConnectError, Preference, Trust, connect};
use transport::server::Incoming;
use transport::{Carrier, LinkError};
use wire::close::CloseCode;

use crate::site::{PATIENCE, Site};

#[tokio::test]
async fn a_site_with_another_key_is_refused() {
    let site = Site::open();
    let mut options = site.options();
    options.trust = Trust::Pin([7; 32]);
    for preference in [Preference::Quic, Preference::WebTransport] {
        options.preference = preference;
        let error = connect(&options).await.unwrap_err();
        assert!(matches!(error, ConnectError::Link(LinkError::Refused(_))), "{error:?}");
    }
}

#[tokio::test]
async fn both_ends_export_the_same_secret_and_no_two_links_share_one() {
    let site = Site::open();
    for carrier in [Carrier::Quic, Carrier::WebTransport, Carrier::WebSocket] {
        let (here, there) = site.link(carrier).await;
        let (other, _) = site.link(carrier).await;
        assert!(here.exporter().is_some());
        assert_eq!(here.exporter(), there.exporter());
        assert_ne!(here.exporter(), other.exporter());
    }
}

#[tokio::test]
async fn one_port_takes_native_links_and_browsers() {
    let site = Site::open();
    let (native, _kept) = site.link(Carrier::Quic).await;
    let (browser, _also_kept) = site.link(Carrier::WebTransport).await;
    assert_eq!((native.carrier(), browser.carrier()), (Carrier::Quic, Carrier::WebTransport));
    assert_ne!(native.peer(), browser.peer());
}

#[tokio::test]
async fn a_browser_says_where_it_comes_from_and_can_be_refused() {
    let site = Site::open();
    let mut options = site.options();
    options.preference = Preference::WebTransport;
    let look = async {
        let Some(Incoming::Browser(request)) = site.endpoint.accept().await else { panic!("not a browser") };
        assert_eq!(request.path(), "/link");
        assert_eq!(request.authority(), site.address.to_string());
        assert_eq!(request.origin(), Some(format!("https://{}", site.address).as_str()));
        request.refuse(StatusCode::FORBIDDEN).await;
    };
    let (refused, ()) = tokio::join!(connect(&options), look);
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("403"), "{error}");
}

#[tokio::test]
async fn closing_the_endpoint_says_goodbye_to_every_link() {
    let site = Site::open();
    let (_here, native) = site.link(Carrier::Quic).await;
    assert!(site.endpoint.close(CloseCode::GoingAway, "the relay restarts", PATIENCE).await);
    let expected = LinkError::Closed { code: CloseCode::GoingAway, reason: "the relay restarts".to_owned() };
    assert_eq!(timeout(PATIENCE, native.closed()).await, Ok(expected));
    assert!(site.endpoint.accept().await.is_none());
}

#[tokio::test]
async fn a_link_that_was_made_from_here_drains() {
    let site = Site::open();
    for carrier in [Carrier::Quic, Carrier::WebTransport, Carrier::WebSocket] {
        let (here, there) = site.link(carrier).await;
        assert!(there.drain(CloseCode::Done, "enough", PATIENCE).await);
        let expected = LinkError::Closed { code: CloseCode::Done, reason: "enough".to_owned() };
        assert_eq!(timeout(PATIENCE, here.closed()).await, Ok(expected), "{carrier:?}");
    }
}

#[tokio::test]
async fn who_knocks_while_a_site_stops_finds_the_one_that_comes_after_it() {
    let site = Site::open();
    site.endpoint.turn_away();
    let options = site.options();
    let knocking = tokio::spawn(async move { connect(&options).await });
    let unheard = async {
        while site.counts.unheard() == 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, unheard).await.expect("a first packet");
    let site = site.reopen().await;
    let (arrived, knocked) = tokio::join!(site.endpoint.accept(), knocking);
    assert!(matches!(arrived, Some(Incoming::Native(_))), "{arrived:?}");
    knocked.unwrap().unwrap();
}

#[tokio::test]
async fn links_that_are_open_go_on_while_nobody_else_is_let_in() {
    let site = Site::open();
    let (here, there) = site.link(Carrier::Quic).await;
    site.endpoint.turn_away();
    let mut stream = here.open_uni().await.unwrap();
    stream.write(&["still here".into()]).await.unwrap();
    let mut heard = there.accept_uni().await.unwrap();
    assert_eq!(heard.read().await.unwrap().as_deref(), Some(&b"still here"[..]));
}
