//! `/api/files`: files of an endpoint that a browser saves. A page asks for a ticket, its browser fetches the ticket's
//! address, and the page asks how that fares.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use desk::Participant;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::SessionId;
use wire::file::{FilePath, Why};
use wire::limits::FILE_PATHS_MAX;

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::{self, LoggedIn, Path};
use crate::endpoint::CameBy;
use crate::files::download::{Download, Fare, NoDownload, Wish};
use crate::keeper::Caller;
use crate::load::hex;

/// What is to be downloaded.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DownloadWish")]
pub(super) struct Wanted {
    session: u64,
    /// In base64url without padding, since names need not be text.
    paths: Vec<String>,
    /// Everything as one tar file; a single file otherwise.
    #[serde(default)]
    archive: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Download")]
pub(super) struct Ticket {
    id: String,
    /// Where the browser finds it.
    url: String,
}

/// A ticket for a download.
pub(super) async fn issue(
    State(site): State<Shared>,
    LoggedIn(login): LoggedIn,
    Extension(came_by): Extension<CameBy>,
    who::Json(wanted): who::Json<Wanted>,
) -> Result<Json<Ticket>, Problem> {
    let paths = wanted.paths.iter().map(|text| path_of(text)).collect::<Result<Vec<_>, _>>()?;
    let is_fine = if wanted.archive { 1..=FILE_PATHS_MAX } else { 1..=1 };
    if !is_fine.contains(&paths.len()) {
        let limit = is_fine.end();
        return Err(Problem::field(
            "paths",
            format!("paths has {}, between 1 and {limit} are possible", paths.len()),
        ));
    }
    let session = SessionId::from_wire(wanted.session);
    let who = Participant::Account(login.account.into());
    let is_there = site.registry.session(session).is_some_and(|session| session.place_of(who).is_some());
    if !is_there {
        return Err(Problem::missing("session that you are in"));
    }
    let caller = Caller::of(&login, came_by.peer.ip().to_canonical());
    let wish = Wish { session, paths, is_archive: wanted.archive };
    let download = Download::new(login.id, who, caller, wish);
    let id = site.downloads.issue(download);
    let url = format!("/api/files/{id}/content");
    Ok(Json(Ticket { id, url }))
}

fn path_of(text: &str) -> Result<FilePath, Problem> {
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| Problem::field("paths", "paths has one that is not base64url"))?;
    FilePath::new(bytes).map_err(|error| Problem::field("paths", format!("paths: {error}")))
}

fn find(site: &Shared, login: &crate::db::Login, id: &str) -> Result<Arc<Download>, Problem> {
    site.downloads.find(id, login.id).ok_or_else(|| Problem::missing("download"))
}

/// How it fares.
pub(super) async fn fare(
    State(site): State<Shared>,
    LoggedIn(login): LoggedIn,
    Path(id): Path<String>,
) -> Result<Json<Fare>, Problem> {
    Ok(Json(find(&site, &login, &id)?.fare()))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DownloadChange")]
pub(super) struct Change {
    paused: bool,
}

/// Pauses it, or lets it go on.
pub(super) async fn change(
    State(site): State<Shared>,
    LoggedIn(login): LoggedIn,
    Path(id): Path<String>,
    who::Json(change): who::Json<Change>,
) -> Result<Json<Fare>, Problem> {
    let download = find(&site, &login, &id)?;
    download.pause(change.paused);
    Ok(Json(download.fare()))
}

/// Cancels it.
pub(super) async fn cancel(
    State(site): State<Shared>,
    LoggedIn(login): LoggedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    find(&site, &login, &id)?.cancel();
    Ok(StatusCode::NO_CONTENT)
}

/// The content, or a range of it.
pub(super) async fn content(
    State(site): State<Shared>,
    LoggedIn(login): LoggedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let download = find(&site, &login, &id)?;
    let mut range = range_of(&headers).filter(|_| !download.is_archive());
    let mut mark = Bytes::new();
    if let Some(tag) = headers.get(IF_RANGE) {
        match tag.to_str().ok().and_then(mark_of_tag) {
            Some(of_tag) => mark = of_tag,
            None => range = None,
        }
    }
    let (from, to) = range.unwrap_or((0, u64::MAX));
    let length_max = (to - from).saturating_add(1);
    let expected = if range.is_some() { mark } else { Bytes::new() };
    let begun = match download.begin(&site, from, expected, length_max).await {
        // It is not what it was: all of it, as it is now.
        Err(NoDownload::Refused { why: Why::Changed, .. }) if range.is_some() => {
            range = None;
            download.begin(&site, 0, Bytes::new(), u64::MAX).await?
        }
        begun => begun?,
    };
    let size = begun.item.size;
    let tag = format!("\"{}\"", hex(&begun.mark));
    let mut answer = Response::new(Body::empty());
    let put = answer.headers_mut();
    put.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    put.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    put.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    put.insert(CONTENT_DISPOSITION, header(&disposition(&download.name()))?);
    if !download.is_archive() {
        put.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        put.insert(ETAG, header(&tag)?);
        let length = match range {
            Some((from, to)) => (size - from).min((to - from).saturating_add(1)),
            None => size,
        };
        put.insert(CONTENT_LENGTH, header(&length.to_string())?);
        if let Some((from, _)) = range {
            let last = (from + length).saturating_sub(1);
            put.insert(CONTENT_RANGE, header(&format!("bytes {from}-{last}/{size}"))?);
        }
    }
    *answer.status_mut() = if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    *answer.body_mut() = Body::from_stream(begun.into_stream());
    Ok(answer.into_response())
}

fn header(text: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(text).map_err(|_| Problem::internal())
}

/// The first and the last byte of `bytes=FIRST-` and `bytes=FIRST-LAST`. Whatever else there may be asks for all.
fn range_of(headers: &HeaderMap) -> Option<(u64, u64)> {
    let (first, last) = headers.get(RANGE)?.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let first: u64 = first.trim().parse().ok()?;
    let last = if last.trim().is_empty() { u64::MAX } else { last.trim().parse().ok()? };
    (first <= last).then_some((first, last))
}

fn mark_of_tag(tag: &str) -> Option<Bytes> {
    let digits = tag.strip_prefix('"')?.strip_suffix('"')?;
    let pairs = digits.as_bytes().chunks(2);
    let bytes = pairs.map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok());
    bytes.collect::<Option<Vec<u8>>>().filter(|mark| !mark.is_empty()).map(Bytes::from)
}

/// The name as RFC 6266 has it; what is no text in it is shown by a mark in its place.
fn disposition(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name);
    let plain: String = text
        .chars()
        .map(|one| if one.is_ascii_graphic() && !"\"\\%".contains(one) || one == ' ' { one } else { '_' })
        .collect();
    let mut encoded = String::new();
    for &byte in text.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

impl From<NoDownload> for Problem {
    fn from(error: NoDownload) -> Self {
        match error {
            NoDownload::NotKnown | NoDownload::Cancelled => Self::missing("download"),
            NoDownload::Ask(error) => error.into(),
            NoDownload::NotAllowed => desk::Refusal::new(
                desk::Rule::Permission,
                "the permission Download is missing in this session",
            )
            .into(),
            NoDownload::Refused { why: Why::NotFound, .. } => Self::missing("file"),
            NoDownload::Refused { detail, .. } => Self::field("paths", detail),
            error => {
                tracing::warn!(%error, "a download cannot begin");
                Self::offline()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(range: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(RANGE, HeaderValue::from_static(range))])
    }

    #[test]
    fn ranges_are_from_a_byte_on_and_others_mean_all() {
        assert_eq!(range_of(&headers("bytes=5-")), Some((5, u64::MAX)));
        assert_eq!(range_of(&headers("bytes=5-9")), Some((5, 9)));
        for odd in ["bytes=-5", "bytes=9-5", "bytes=1-2,4-5", "lines=1-2", "bytes=a-"] {
            assert_eq!(range_of(&headers(odd)), None, "{odd}");
        }
    }

    #[test]
    fn names_of_any_bytes_go_into_a_header() {
        let one = disposition("Zeugnis \"ä\".pdf".as_bytes());
        assert_eq!(
            one,
            "attachment; filename=\"Zeugnis ___.pdf\"; filename*=UTF-8''Zeugnis%20%22%C3%A4%22.pdf"
        );
        assert!(HeaderValue::from_str(&disposition(&(1..=255).collect::<Vec<u8>>())).is_ok());
    }

    #[test]
    fn a_tag_is_a_mark_in_hexadecimal() {
        assert_eq!(mark_of_tag("\"00ff\""), Some(Bytes::from_static(&[0, 0xff])));
        assert_eq!(mark_of_tag("W/\"00\""), None);
        assert_eq!(mark_of_tag("\"\""), None);
    }
}
