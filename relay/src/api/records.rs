//! `/api/records`: accounts, teams, issues, portals, rules, groups, roles and policies, all alike; and the site.
//!
//! A record is sent whole, as `{"kind", "record"}`. Who changes one names the version that was read.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use desk::permission::{Effective, Permission};
use desk::presence::{Command as PresenceCommand, Console};
use desk::record::{Command, Event as RecordEvent, Preferences, Record, RecordId, RecordKind, Site, Stored};
use desk::{AccountId, Event};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::{self, Administrator, Path, Query, Who};
use crate::keeper::Happened;
use crate::login::Scope;

/// Records of one page, and the most that can be asked for.
const PAGE: usize = 50;
const PAGE_MAX: usize = 200;

/// A record with its name and version.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RecordView")]
pub(super) struct View {
    id: u64,
    version: u64,
    #[serde(flatten)]
    record: Record,
}

/// Which records.
#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "RecordsWish")]
pub(super) struct Wish {
    /// Behind this number.
    after: u64,
    limit: usize,
}

impl Default for Wish {
    fn default() -> Self {
        Self { after: 0, limit: PAGE }
    }
}

/// A page of records.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Records")]
pub(super) struct Page {
    records: Vec<View>,
    /// Where the next page begins; none: this is the last.
    next_after: Option<u64>,
}

/// All records of a kind, by number.
pub(super) async fn list(
    State(site): State<Shared>,
    Administrator(_): Administrator,
    Path(kind): Path<RecordKind>,
    Query(Wish { after, limit }): Query<Wish>,
) -> Result<Json<Page>, Problem> {
    let limit = limit.clamp(1, PAGE_MAX);
    let desk = site.keeper.read();
    let mut ids = desk.records(kind).into_iter().filter(|id| after < id.number());
    let view = |id: RecordId| {
        let (version, record) = desk.record(id)?;
        Some(View { id: id.number(), version, record })
    };
    let records: Vec<View> = ids.by_ref().take(limit).filter_map(view).collect();
    let next_after = ids.next().and(records.last().map(|last| last.id));
    Ok(Json(Page { records, next_after }))
}

/// One record.
pub(super) async fn one(
    State(site): State<Shared>,
    Administrator(_): Administrator,
    Path((kind, number)): Path<(RecordKind, u64)>,
) -> Result<Json<View>, Problem> {
    let found = site.keeper.read().record(kind.id(number));
    let (version, record) = found.ok_or_else(|| Problem::missing("record"))?;
    Ok(Json(View { id: number, version, record }))
}

/// Makes a record.
pub(super) async fn create(
    State(site): State<Shared>,
    who: Who,
    who::Json(record): who::Json<Record>,
) -> Result<(StatusCode, Json<View>), Problem> {
    who.needs(Scope::Admin)?;
    let happened = site.keeper.ask(who.asker.into(), Command::Create { record }).await?;
    let view = happened.iter().find_map(view_of).ok_or_else(|| Problem::missing("record"))?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// What a record becomes, and the version from which it was made.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "RecordChange")]
pub(super) struct Change {
    version: u64,
    #[serde(flatten)]
    record: Record,
}

/// Replaces a record of the version that was read.
pub(super) async fn change(
    State(site): State<Shared>,
    who: Who,
    Path((kind, number)): Path<(RecordKind, u64)>,
    who::Json(Change { version, record }): who::Json<Change>,
) -> Result<Json<View>, Problem> {
    who.needs(Scope::Admin)?;
    let command = Command::Change { id: kind.id(number), version, record };
    let happened = site.keeper.ask(who.asker.into(), command).await?;
    happened.iter().find_map(view_of).map(Json).ok_or_else(|| Problem::missing("record"))
}

/// Removes a record that nothing uses any more.
pub(super) async fn remove(
    State(site): State<Shared>,
    who: Who,
    Path((kind, number)): Path<(RecordKind, u64)>,
) -> Result<StatusCode, Problem> {
    who.needs(Scope::Admin)?;
    site.keeper.ask(who.asker.into(), Command::Remove { id: kind.id(number) }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The record that a line is about, where it is there after it.
fn view_of(happened: &Happened) -> Option<View> {
    match happened.event()? {
        Event::Record(RecordEvent::Created { id, record }) => {
            Some(View { id: id.number(), version: 1, record: record.clone() })
        }
        Event::Record(RecordEvent::Changed { id, version, record }) => {
            Some(View { id: id.number(), version: *version, record: record.clone() })
        }
        _ => None,
    }
}

/// The settings of the whole site.
pub(super) async fn site(
    State(site): State<Shared>,
    Administrator(_): Administrator,
) -> Result<Json<Stored<Site>>, Problem> {
    Ok(Json(site.keeper.read().site().clone()))
}

/// Replaces the settings of the site.
pub(super) async fn change_site(
    State(site): State<Shared>,
    who: Who,
    who::Json(Stored { version, record }): who::Json<Stored<Site>>,
) -> Result<Json<Stored<Site>>, Problem> {
    who.needs(Scope::Admin)?;
    site.keeper.ask(who.asker.into(), Command::ChangeSite { version, site: record }).await?;
    Ok(Json(site.keeper.read().site().clone()))
}

/// What an account may do, and who says so.
pub(super) async fn permissions(
    State(site): State<Shared>,
    Administrator(_): Administrator,
    Path(account): Path<u64>,
) -> Result<Json<BTreeMap<Permission, Effective>>, Problem> {
    let (desk, account) = (site.keeper.read(), AccountId::new(account));
    if !desk.accounts().has(account) {
        return Err(Problem::missing("account"));
    }
    Ok(Json(desk.effective_permissions(account)))
}

/// What the one who asks may do.
pub(super) async fn my_permissions(
    State(site): State<Shared>,
    who: Who,
) -> Result<Json<BTreeMap<Permission, Effective>>, Problem> {
    who.needs(Scope::Read)?;
    Ok(Json(site.keeper.read().effective_permissions(who.account.into())))
}

/// Whether the one who asks is at a console, and takes sessions there.
#[derive(Serialize, JsonSchema)]
pub(super) struct Presence {
    console: Option<Console>,
}

/// Whether one is at a console.
pub(super) async fn presence(State(site): State<Shared>, who: Who) -> Result<Json<Presence>, Problem> {
    who.needs(Scope::Read)?;
    Ok(Json(Presence { console: site.keeper.read().console(who.account.into()).copied() }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Availability {
    is_available: bool,
}

/// Takes sessions from now on, or takes none for a while.
pub(super) async fn be_available(
    State(site): State<Shared>,
    who: Who,
    who::Json(Availability { is_available }): who::Json<Availability>,
) -> Result<StatusCode, Problem> {
    who.needs(Scope::Sessions)?;
    site.keeper.ask(who.asker.into(), PresenceCommand::SetAvailable { is_available }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What one has chosen for oneself.
pub(super) async fn preferences(State(site): State<Shared>, who: Who) -> Result<Json<Preferences>, Problem> {
    who.needs(Scope::Read)?;
    Ok(Json(site.keeper.read().preferences(who.account.into())))
}

/// Chooses for oneself.
pub(super) async fn prefer(
    State(site): State<Shared>,
    who: Who,
    who::Json(preferences): who::Json<Preferences>,
) -> Result<Json<Preferences>, Problem> {
    who.needs(Scope::Sessions)?;
    site.keeper.ask(who.asker.into(), Command::Prefer { preferences: preferences.clone() }).await?;
    Ok(Json(preferences))
}
