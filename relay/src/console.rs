//! The console: static files that are part of the program.

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Path, State};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::api::{Shared, link_hosts};
use crate::endpoint::CameBy;

/// What `npm run build` made of `console/`.
#[derive(RustEmbed)]
#[folder = "../console/dist"]
struct Files;

/// The page that all addresses of the console show; the rest is up to its script.
const PAGE: &str = "index.html";

/// Names in this folder carry a hash of their contents and never change.
const HASHED: &str = "assets/";

/// Compressed forms that the build may lay beside a file, best first.
const ENCODINGS: [(&str, &str); 3] = [("br", ".br"), ("zstd", ".zst"), ("gzip", ".gz")];

/// The routes of the console.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/console/") }))
        .route("/console", get(|| async { Redirect::permanent("/console/") }))
        .route("/console/", get(page))
        .route("/console/{*path}", get(file))
}

async fn page(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let Some(file) = Files::get(PAGE) else { return StatusCode::NOT_FOUND.into_response() };
    with_policy(answer(PAGE, file, &headers), policy(&site, came_by, &uri, &headers))
}

async fn file(
    state: State<Shared>,
    came_by: Extension<CameBy>,
    Path(path): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    match Files::get(&path) {
        // A worker obeys the policy that comes with its own script, not that of the page.
        Some(file) if path != PAGE => {
            with_policy(answer(&path, file, &headers), policy(&state, came_by.0, &uri, &headers))
        }
        None if path.starts_with(HASHED) => StatusCode::NOT_FOUND.into_response(),
        _ => page(state, came_by, uri, headers).await,
    }
}

fn with_policy(mut response: Response, policy: Option<HeaderValue>) -> Response {
    if let Some(policy) = policy {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn answer(path: &str, plain: EmbeddedFile, headers: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(plain.metadata.sha256_hash()));
    let mut response = if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes())
    {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
        let packed = ENCODINGS
            .iter()
            .filter(|(name, _)| accepted.split(',').any(|offered| offered.trim() == *name))
            .find_map(|(name, ending)| Files::get(&format!("{path}{ending}")).map(|file| (*name, file)));
        let (encoding, file) = packed.map_or((None, plain), |(name, file)| (Some(name), file));
        let mut response = Response::new(Body::from(file.data));
        if let Some(encoding) = encoding {
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    };
    let caching = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let out = response.headers_mut();
    out.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    out.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    out.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        out.insert(ETAG, etag);
    }
    response
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("wasm") => "application/wasm",
        Some("woff2") => "font/woff2",
        Some("json" | "map") => "application/json",
        Some("ftl" | "txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// What the console's page may load and whom it may talk to: itself, and this relay's link. zstd in the page is
/// WebAssembly. A terminal colours its text by style attributes, which can load nothing from elsewhere.
fn policy(site: &Shared, came_by: CameBy, uri: &Uri, headers: &HeaderMap) -> Option<HeaderValue> {
    let hosts = link_hosts(site, came_by, uri, headers)?;
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; \
         style-src-attr 'unsafe-inline'; img-src 'self' blob:; font-src 'self'; connect-src 'self' {} {}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        hosts.webtransport, hosts.websocket
    );
    HeaderValue::from_str(&policy).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_console_has_a_type_that_browsers_take() {
        for path in Files::iter().filter(|path| !ENCODINGS.iter().any(|(_, ending)| path.ends_with(ending))) {
            assert_ne!(content_type(&path), "application/octet-stream", "{path}");
        }
    }

    #[test]
    fn a_page_is_there_even_before_the_console_is_built() {
        assert!(Files::get(PAGE).is_some());
    }
}
