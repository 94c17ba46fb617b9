//! `/api/reports/sessions/{id}/recordings` and `/api/recordings`: recordings of shells, for those who may read the report of their
//! session.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::Response;
use futures_util::stream;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::reports::readable;
use crate::api::who::{Path, Who};
use crate::db::RecordingRow;
use crate::record::{Form, path_of};
use crate::time::Moment;

/// Bytes that are read at once.
const READ_BYTES: usize = 64 << 10;

/// A recording, as a report lists it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Recording")]
pub(super) struct View {
    id: i64,
    /// Whose shell it was: `account:7`.
    who: String,
    program: String,
    started: String,
    /// When something was last recorded.
    ended: Option<String>,
    bytes: i64,
    /// Where the asciicast is, and where the plain text.
    cast: String,
    transcript: String,
}

impl From<RecordingRow> for View {
    fn from(row: RecordingRow) -> Self {
        let RecordingRow { id, who, program, started, ended, bytes, .. } = row;
        let (started, ended) = (started.to_rfc3339(), ended.map(Moment::to_rfc3339));
        let (cast, transcript) =
            (format!("/api/recordings/{id}/cast"), format!("/api/recordings/{id}/transcript"));
        Self { id, who, program, started, ended, bytes, cast, transcript }
    }
}

/// The recordings of a past session.
pub(super) async fn of_report(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<u64>,
) -> Result<Json<Vec<View>>, Problem> {
    readable(&site, &who, id).await?;
    let rows = site.db.recordings_of(id.cast_signed()).await?;
    Ok(Json(rows.into_iter().map(View::from).collect()))
}

/// A recorded shell, to be played back.
pub(super) async fn cast(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    content(&site, &who, id, Form::Cast).await
}

/// What a recorded shell showed, as text.
pub(super) async fn transcript(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    content(&site, &who, id, Form::Transcript).await
}

async fn content(site: &Shared, who: &Who, id: i64, form: Form) -> Result<Response, Problem> {
    let missing = || Problem::missing("recording");
    let row = site.db.recording(id).await?.ok_or_else(missing)?;
    readable(site, who, row.session.cast_unsigned()).await?;
    // One whose file is gone was deleted on purpose.
    let file = File::open(path_of(&site.state_folder, id, form)).await.map_err(|_| missing())?;
    let (kind, name) = match form {
        Form::Cast => ("application/x-asciicast", format!("shell-{id}.cast")),
        Form::Transcript => ("text/plain; charset=utf-8", format!("shell-{id}.txt")),
    };
    let pieces = stream::try_unfold(file, |mut file| async {
        let mut piece = Vec::with_capacity(READ_BYTES);
        let read = file.read_buf(&mut piece).await?;
        std::io::Result::Ok((0 < read).then_some((piece, file)))
    });
    let mut answer = Response::new(Body::from_stream(pieces));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    headers.insert(CONTENT_DISPOSITION, disposition.map_err(|_| Problem::internal())?);
    Ok(answer)
}
