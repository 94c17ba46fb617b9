//! What holds for every request and response.
//!
//! There is no `Strict-Transport-Security`: it would bind every port of the host, and those are not ours.

use std::net::IpAddr;

use axum::extract::{Extension, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::origin::authority_of;
use crate::api::problem::Problem;
use crate::endpoint::CameBy;

/// What is not a page of the console may load nothing at all.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// Sets the headers that keep a page to itself, and refuses plain HTTP under foreign names: a name that was
/// pointed at this machine from outside would otherwise make its pages ours.
pub(super) async fn guard(Extension(came_by): Extension<CameBy>, request: Request, next: Next) -> Response {
    if !came_by.over_tls && !is_this_machine(request.uri(), request.headers()) {
        return Problem::wrong_host().into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(CONTENT_SECURITY_POLICY, NOTHING);
    set(CACHE_CONTROL, "no-store");
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-embedder-policy"), "require-corp");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    );
    response
}

fn is_this_machine(uri: &Uri, headers: &HeaderMap) -> bool {
    let Some(authority) = authority_of(uri, headers).and_then(|text| text.parse::<Authority>().ok()) else {
        return false;
    };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::http::header::HOST;

    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for (host, is_ours) in [
            ("localhost:7480", true),
            ("127.0.0.1:7480", true),
            ("[::1]:7480", true),
            ("localhost.example:7480", false),
            ("192.0.2.1:7480", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static(host));
            assert_eq!(is_this_machine(&Uri::from_static("/"), &headers), is_ours, "{host}");
        }
    }
}
