//! `/api/audit`: the log of everything that happened, for those who may read reports.

use axum::Json;
use axum::extract::{Query, State};
use desk::permission::Permission;
use serde::Serialize;

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::Who;
use crate::keeper::audit::{Filter, Stored, select};
use crate::login::Scope;

/// Lines of one page, unless fewer are asked for.
const PAGE: u16 = 100;

/// A page of the log, oldest first.
#[derive(Serialize)]
pub(super) struct Page {
    lines: Vec<Stored>,
    /// Where the next page begins; none: this is the last.
    next_after: Option<u64>,
}

pub(super) async fn list(
    State(site): State<Shared>,
    who: Who,
    Query(filter): Query<Filter>,
) -> Result<Json<Page>, Problem> {
    who.needs(Scope::Read)?;
    who.permitted(&site, Permission::Reports)?;
    let lines = select(&site.db, &filter, PAGE).await?;
    let is_full = lines.len() == usize::from(PAGE);
    let next_after = lines.last().filter(|_| is_full).map(|line| line.seq);
    Ok(Json(Page { lines, next_after }))
}
