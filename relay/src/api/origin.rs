//! Where the relay is for the one who asks, and which pages may open links to it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri};

use crate::api::Shared;
use crate::endpoint::CameBy;

/// Where a page finds the link: both as scheme, host and port.
#[derive(Debug)]
pub(crate) struct LinkHosts {
    pub(crate) webtransport: String,
    pub(crate) websocket: String,
}

/// The host and port that a request was sent to, by its own words.
pub(super) fn authority_of<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    uri.authority().map(Authority::as_str).or_else(|| headers.get(HOST)?.to_str().ok())
}

/// Where the page that sent this request finds the link.
pub(crate) fn link_hosts(
    site: &Shared,
    came_by: CameBy,
    uri: &Uri,
    headers: &HeaderMap,
) -> Option<LinkHosts> {
    let asked: Authority = authority_of(uri, headers)?.parse().ok()?;
    // It goes into a header of the answer: nothing but a name or an address, and a port.
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]".contains(letter);
    if !asked.as_str().chars().all(is_plain) {
        return None;
    }
    let udp = site.listening.udp;
    if came_by.over_tls {
        let host = asked.host();
        return Some(LinkHosts {
            webtransport: format!("https://{host}:{}", udp.port()),
            websocket: format!("wss://{asked}"),
        });
    }
    // By number: `localhost` may mean ::1 to a browser while UDP listens on IPv4.
    let host = SocketAddr::new(loopback_of(udp.ip(), came_by.local.ip()), udp.port());
    Some(LinkHosts { webtransport: format!("https://{host}"), websocket: format!("ws://{asked}") })
}

fn loopback_of(listening: IpAddr, asked: IpAddr) -> IpAddr {
    match listening {
        IpAddr::V4(address) if address.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(address) if address.is_unspecified() => asked,
        address => address,
    }
}

/// Which pages may open links.
#[derive(Debug)]
pub(crate) struct Origins {
    allowed: Vec<String>,
}

impl Origins {
    /// Those of the configuration, and the pages on the plain HTTP port of this machine.
    pub(crate) fn new(configured: &[String], http: Option<SocketAddr>) -> Self {
        let local = http
            .map(|http| http.port())
            .into_iter()
            .flat_map(|port| ["localhost", "127.0.0.1", "[::1]"].map(|host| format!("http://{host}:{port}")));
        Self { allowed: configured.iter().cloned().chain(local).collect() }
    }

    /// Whether a page of `origin` may open a link to `site`, which is a scheme, host and port, too. Programs send
    /// no origin, and prove themselves in the handshake like everybody else.
    pub(crate) fn may_open(&self, origin: Option<&str>, site: &str) -> bool {
        let Some(origin) = origin else { return true };
        origin == site || self.allowed.iter().any(|allowed| allowed == origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_open_links() {
        let http = "127.0.0.1:7480".parse().ok();
        let origins = Origins::new(&["https://support.example".to_owned()], http);
        for (origin, may) in [
            (None, true),
            (Some("https://relay.example:7443"), true),
            (Some("https://support.example"), true),
            (Some("http://localhost:7480"), true),
            (Some("http://127.0.0.1:7480"), true),
            (Some("http://relay.example:7443"), false),
            (Some("https://relay.example"), false),
            (Some("https://evil.example"), false),
            (Some("http://localhost:8000"), false),
            (Some("null"), false),
        ] {
            assert_eq!(origins.may_open(origin, "https://relay.example:7443"), may, "{origin:?}");
        }
    }
}
