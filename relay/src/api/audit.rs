//! `/api/audit`: the log of everything that happened, for those who may read reports.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use desk::permission::Permission;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::Shared;
use crate::api::openapi::Export;
use crate::api::problem::Problem;
use crate::api::who::{Query, Who};
use crate::keeper::audit::{Filter, Format, Order, Pages, Stored, select};
use crate::login::Scope;

/// Lines of one page, and the most that can be asked for.
const PAGE: u16 = 100;
const PAGE_MAX: u16 = 500;

/// Which lines, and how they come.
#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "AuditWish")]
pub(super) struct Wish {
    /// Behind this number.
    after: Option<u64>,
    /// In front of this number.
    before: Option<u64>,
    /// Not before.
    since: Option<Timestamp>,
    /// Before.
    until: Option<Timestamp>,
    /// By whom: `account:7`, `relay` …
    actor: Option<String>,
    /// From which address.
    address: Option<String>,
    /// Of which subject: `session`, `login` …
    subject: Option<String>,
    /// What happened: `ended`, `logged_in` …
    event: Option<String>,
    /// About what: `session:12`, `account:7` …
    object: Option<String>,
    order: Order,
    limit: u16,
    /// Of an export.
    format: Format,
}

impl Default for Wish {
    fn default() -> Self {
        let (after, before, since, until, actor) = Default::default();
        let (address, subject, event, object, order) = Default::default();
        let (limit, format) = (PAGE, Format::Jsonl);
        Self { after, before, since, until, actor, address, subject, event, object, order, limit, format }
    }
}

impl Wish {
    fn filter(self) -> Filter {
        let Self { after, before, since, until, actor, address, subject, event, object, .. } = self;
        Filter { after, before, since, until, actor, address, subject, event, object }
    }
}

/// A page of the log.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditPage")]
pub(super) struct Page {
    lines: Vec<Stored>,
    /// Where the next page begins, to be given as `after`, or as `before` where the newest come first; none: this is
    /// the last.
    next: Option<u64>,
}

/// Lines of the log that a filter lets through.
pub(super) async fn list(
    State(site): State<Shared>,
    who: Who,
    Query(wish): Query<Wish>,
) -> Result<Json<Page>, Problem> {
    who.needs(Scope::Read)?;
    who.permitted(&site, Permission::Reports)?;
    let (order, limit) = (wish.order, wish.limit.clamp(1, PAGE_MAX));
    let lines = select(&site.db, &wish.filter(), order, limit).await?;
    let is_full = lines.len() == usize::from(limit);
    let next = lines.last().filter(|_| is_full).map(|line| line.seq);
    Ok(Json(Page { lines, next }))
}

/// All lines that a filter lets through, oldest first, as JSON lines or CSV. They are read as fast as they are taken.
pub(super) async fn export(
    State(site): State<Shared>,
    who: Who,
    Query(wish): Query<Wish>,
) -> Result<Export, Problem> {
    who.needs(Scope::Read)?;
    who.permitted(&site, Permission::Reports)?;
    let format = wish.format;
    let pages = Pages::new(&site.db, wish.filter(), format);
    let text = futures_util::stream::try_unfold(pages, |mut pages| async {
        let text = pages.next().await.inspect_err(|error| tracing::error!(%error, "an export ends early"));
        text.map(|text| text.map(|text| (Bytes::from(text), pages)))
    });
    let (kind, name) = match format {
        Format::Jsonl => ("application/jsonl", "attachment; filename=\"audit.jsonl\""),
        Format::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"audit.csv\""),
    };
    Ok(Export::new(text, kind, name))
}
