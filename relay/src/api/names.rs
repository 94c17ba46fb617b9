//! `/api/names`: what things are called, for everybody who is logged in. Who is nobody's administrator chooses a
//! portal, a policy or a colleague by these, and sees nothing else of them.

use axum::Json;
use axum::extract::State;
use desk::Desk;
use desk::record::{Record, RecordId, RecordKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::{Path, Query, Who};
use crate::login::Scope;

/// Names of one page, and the most that can be asked for.
const PAGE: usize = 200;
const PAGE_MAX: usize = 1000;

#[derive(Serialize, JsonSchema)]
pub(super) struct Name {
    id: u64,
    name: String,
    /// Of an account: whether it is at a console and takes sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_there: Option<bool>,
}

/// Which names.
#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "NamesWish")]
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

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Names")]
pub(super) struct Page {
    names: Vec<Name>,
    /// Where the next page begins; none: this is the last.
    next_after: Option<u64>,
}

/// Names of one kind, by number. Disabled accounts are among them: they stand in old reports.
pub(super) async fn list(
    State(site): State<Shared>,
    who: Who,
    Path(kind): Path<RecordKind>,
    Query(Wish { after, limit }): Query<Wish>,
) -> Result<Json<Page>, Problem> {
    who.needs(Scope::Read)?;
    let desk = site.keeper.read();
    let mut ids = desk.records(kind).into_iter().filter(|id| after < id.number());
    let names = ids.by_ref().take(limit.clamp(1, PAGE_MAX)).filter_map(|id| name_of(&desk, id));
    let names: Vec<Name> = names.collect();
    let next_after = ids.next().and(names.last().map(|last| last.id));
    Ok(Json(Page { names, next_after }))
}

fn name_of(desk: &Desk, id: RecordId) -> Option<Name> {
    let (_, record) = desk.record(id)?;
    let is_there = match id {
        RecordId::Account(account) => Some(desk.is_there(account)),
        _ => None,
    };
    let name = match record {
        Record::Account(record) => record.name,
        Record::Team(record) => record.name,
        Record::Issue(record) => record.name,
        Record::Portal(record) => record.name,
        Record::QueueRule(record) => record.name,
        Record::JumpGroup(record) => record.name,
        Record::Role(record) => record.name,
        Record::JumpPolicy(record) => record.name,
        Record::SessionPolicy(record) => record.name,
        Record::Script(record) => record.name,
    };
    Some(Name { id: id.number(), name, is_there })
}
