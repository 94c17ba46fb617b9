//! The pages: static files that are part of the program. Customers' page is at the portals' paths, the administration
//! at `/login`, the technicians' console at `/console/`, where also the files of all three are.

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, VARY,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::api::{Problem, Shared, link_hosts};
use crate::endpoint::CameBy;

/// What `npm run build` made of `console/`.
#[derive(RustEmbed)]
#[folder = "../console/dist"]
struct Files;

/// A page that all addresses below its own show; the rest is up to its script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    /// What technicians work in.
    Console,
    /// What administrators do, and everybody for his own account.
    Administration,
    /// What customers see.
    Portal,
    /// The customers' page, for who is invited from outside: he may see a screen.
    Join,
}

/// Names in this folder carry a hash of their contents and never change.
const HASHED: &str = "assets/";

/// Compressed forms that the build may lay beside a file, best first.
const ENCODINGS: [(&str, &str); 3] = [("br", ".br"), ("zstd", ".zst"), ("gzip", ".gz")];

/// The path of the page on which somebody from outside joins.
const JOIN: &str = "/join";

impl Page {
    /// Its file among [`Files`].
    const fn file(self) -> &'static str {
        match self {
            Self::Console => "index.html",
            Self::Administration => "admin.html",
            Self::Portal | Self::Join => "portal.html",
        }
    }

    /// What it may load and whom it may talk to.
    fn policy(self, site: &Shared, asked: &Asked) -> Option<HeaderValue> {
        match self {
            Self::Console | Self::Join => policy(site, asked.came_by, &asked.uri, &asked.headers),
            Self::Administration | Self::Portal => Some(HeaderValue::from_static(POLICY)),
        }
    }

    fn answer(self, site: &Shared, asked: &Asked) -> Response {
        let Some(file) = Files::get(self.file()) else { return StatusCode::NOT_FOUND.into_response() };
        with_policy(answer(self.file(), file, &asked.headers), self.policy(site, asked))
    }
}

/// The routes of the pages.
pub(crate) fn routes() -> Router<Shared> {
    let administration =
        |State(site): State<Shared>, asked: Asked| async move { Page::Administration.answer(&site, &asked) };
    let portal = |State(site): State<Shared>, asked: Asked| async move { Page::Portal.answer(&site, &asked) };
    let join = |State(site): State<Shared>, asked: Asked| async move { Page::Join.answer(&site, &asked) };
    Router::new()
        .route("/", get(portal))
        .route(JOIN, get(join))
        .route("/login", get(administration))
        .route("/login/", get(|| async { Redirect::permanent("/login") }))
        .route("/console", get(|| async { Redirect::permanent("/console/") }))
        .route("/console/", get(page))
        .route("/console/{*path}", get(file))
}

/// A portal's page at the portal's path; elsewhere there is nothing.
pub(crate) async fn portal_or_nothing(State(site): State<Shared>, method: Method, asked: Asked) -> Response {
    let path = asked.uri.path();
    let is_portal = site.keeper.read().portals().iter().any(|(_, portal)| portal.path == path);
    if is_portal && (method == Method::GET || method == Method::HEAD) {
        Page::Portal.answer(&site, &asked)
    } else {
        Problem::not_found().await.into_response()
    }
}

/// What of a request decides its answer.
#[derive(Debug)]
pub(crate) struct Asked {
    came_by: CameBy,
    uri: Uri,
    headers: HeaderMap,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let came_by = *parts.extensions.get::<CameBy>().ok_or_else(Problem::internal)?;
        Ok(Self { came_by, uri: parts.uri.clone(), headers: parts.headers.clone() })
    }
}

async fn page(State(site): State<Shared>, asked: Asked) -> Response {
    Page::Console.answer(&site, &asked)
}

async fn file(State(site): State<Shared>, Path(path): Path<String>, asked: Asked) -> Response {
    match Files::get(&path) {
        // A worker obeys the policy that comes with its own script, not that of the page.
        Some(file) if !path.ends_with(".html") => {
            with_policy(answer(&path, file, &asked.headers), Page::Console.policy(&site, &asked))
        }
        None if path.starts_with(HASHED) => StatusCode::NOT_FOUND.into_response(),
        _ => Page::Console.answer(&site, &asked),
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

/// What the other pages may load and whom they may talk to: this relay. A portal's logo is a `data:` address.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
     font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

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
        assert!(Files::get(Page::Console.file()).is_some());
    }
}
