//! `/api/jump`: unattended endpoints, listed, searched, labelled, and jumped to.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use desk::jump::{Command, Item, ItemPlace, Label, Query as Search, Reached};
use desk::session::{Command as SessionCommand, Event as SessionEvent, PasswordProof};
use desk::{Event, ItemId, SessionId};
use serde::{Deserialize, Serialize};

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::{self, Path, Who};
use crate::login::Scope;

/// The groups and lists that the one who asks reaches.
pub(super) async fn places(State(site): State<Shared>, who: Who) -> Result<Json<Vec<Reached>>, Problem> {
    who.needs(Scope::Read)?;
    Ok(Json(site.keeper.read().jump_places(who.account.into())?))
}

/// An item with what is true of it now.
#[derive(Serialize)]
pub(super) struct View {
    id: ItemId,
    #[serde(flatten)]
    item: Item,
    is_online: bool,
    /// Since when it is online.
    since: Option<String>,
}

impl View {
    fn new(site: &Shared, id: ItemId, item: &Item) -> Self {
        let presence = site.registry.presence(id.into());
        let since = presence.as_ref().map(|presence| presence.since.to_rfc3339());
        Self { id, item: item.clone(), is_online: presence.is_some(), since }
    }
}

/// Items of a search: at most 50, and how many there are.
#[derive(Serialize)]
pub(super) struct Listing {
    items: Vec<View>,
    found: usize,
    /// There are more than are shown: the search should say more.
    asks_to_narrow: bool,
}

/// Items that the one who asks reaches, by any of the criteria: `search_string`, `client.tag` …
pub(super) async fn list(
    State(site): State<Shared>,
    who: Who,
    Query(criteria): Query<BTreeMap<String, String>>,
) -> Result<Json<Listing>, Problem> {
    who.needs(Scope::Read)?;
    let mut search = Search::default();
    for (name, value) in &criteria {
        search = search.with(name, value)?;
    }
    let desk = site.keeper.read();
    let listing = desk.jump_list(who.account.into(), None, &search)?;
    let items = listing.items.iter().filter_map(|id| Some(View::new(&site, *id, desk.items().get(id)?)));
    Ok(Json(Listing {
        items: items.collect(),
        found: listing.found,
        asks_to_narrow: listing.asks_to_narrow(),
    }))
}

/// The items that the one who asks uses most.
pub(super) async fn frequent(State(site): State<Shared>, who: Who) -> Result<Json<Vec<View>>, Problem> {
    who.needs(Scope::Read)?;
    let desk = site.keeper.read();
    let items = desk.frequent(who.account.into())?;
    Ok(Json(items.iter().filter_map(|id| Some(View::new(&site, *id, desk.items().get(id)?))).collect()))
}

/// What an item is called from now on, and the version from which that was made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Relabel {
    version: u64,
    label: Label,
}

pub(super) async fn relabel(
    State(site): State<Shared>,
    who: Who,
    Path(item): Path<ItemId>,
    who::Json(Relabel { version, label }): who::Json<Relabel>,
) -> Result<StatusCode, Problem> {
    act(&site, &who, Command::Relabel { item, version, label }).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Move {
    to: ItemPlace,
}

pub(super) async fn move_to(
    State(site): State<Shared>,
    who: Who,
    Path(item): Path<ItemId>,
    who::Json(Move { to }): who::Json<Move>,
) -> Result<StatusCode, Problem> {
    act(&site, &who, Command::Move { item, to }).await
}

pub(super) async fn remove(
    State(site): State<Shared>,
    who: Who,
    Path(item): Path<ItemId>,
) -> Result<StatusCode, Problem> {
    act(&site, &who, Command::Remove { item }).await
}

async fn act(site: &Shared, who: &Who, command: Command) -> Result<StatusCode, Problem> {
    who.needs(Scope::Jump)?;
    site.keeper.ask(who.asker.into(), command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How one jumps.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Jump {
    overrides_schedule: bool,
}

#[derive(Serialize)]
pub(super) struct Started {
    session: SessionId,
}

/// Starts a session with an item, or comes into the one that is there.
pub(super) async fn start(
    State(site): State<Shared>,
    who: Who,
    Path(item): Path<ItemId>,
    who::Json(Jump { overrides_schedule }): who::Json<Jump>,
) -> Result<(StatusCode, Json<Started>), Problem> {
    who.needs(Scope::Sessions)?;
    if site.registry.presence(item.into()).is_none() && site.keeper.read().items().contains_key(&item) {
        return Err(Problem::offline());
    }
    let command = SessionCommand::Jump { item, password: PasswordProof::None, overrides_schedule };
    let happened = site.keeper.ask(who.asker.into(), command).await?;
    let session = happened.iter().find_map(|news| match news.event() {
        Some(Event::Session(
            SessionEvent::Started { session, .. }
            | SessionEvent::Joined { session, .. }
            | SessionEvent::Owned { session, .. },
        )) => Some(*session),
        _ => None,
    });
    let session = session.ok_or_else(|| Problem::missing("Jump item"))?;
    Ok((StatusCode::CREATED, Json(Started { session })))
}
