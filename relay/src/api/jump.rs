//! `/api/jump`: unattended endpoints, listed, searched, labelled, and jumped to.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use desk::jump::{Command, Item, ItemPlace, Label, Query as Search, Reached};
use desk::session::{Command as SessionCommand, Event as SessionEvent, PasswordProof};
use desk::{AccountId, Event, GroupId, ItemId, SessionId};
use schemars::JsonSchema;
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
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "JumpItem")]
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
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "JumpListing")]
pub(super) struct Listing {
    items: Vec<View>,
    found: usize,
    /// There are more than are shown: the search should say more.
    asks_to_narrow: bool,
}

/// Reads `group:12` or `personal:7`.
fn place_of(text: &str) -> Result<ItemPlace, Problem> {
    let place = text.split_once(':').and_then(|(kind, number)| {
        let number = number.parse().ok()?;
        match kind {
            "group" => Some(ItemPlace::Group(GroupId::new(number))),
            "personal" => Some(ItemPlace::Personal(AccountId::new(number))),
            _ => None,
        }
    });
    place.ok_or_else(|| Problem::field("place", "place is not like group:12 or personal:7"))
}

/// One item, for those who see it.
pub(super) async fn one(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<ItemId>,
) -> Result<Json<View>, Problem> {
    who.needs(Scope::Read)?;
    let desk = site.keeper.read();
    let account = who.account.into();
    let item = desk.items().get(&id).filter(|item| desk.access(account, item.place).sees());
    Ok(Json(View::new(&site, id, item.ok_or_else(|| Problem::missing("Jump item"))?)))
}

/// Items that the one who asks reaches, in one `place` or all, by any of the criteria: `search_string`, `client.tag` …
pub(super) async fn list(
    State(site): State<Shared>,
    who: Who,
    who::Query(criteria): who::Query<BTreeMap<String, String>>,
) -> Result<Json<Listing>, Problem> {
    who.needs(Scope::Read)?;
    let (mut search, mut place) = (Search::default(), None);
    for (name, value) in &criteria {
        match name.as_str() {
            "place" => place = Some(place_of(value)?),
            _ => search = search.with(name, value)?,
        }
    }
    let desk = site.keeper.read();
    let listing = desk.jump_list(who.account.into(), place, &search)?;
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
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "JumpLabelChange")]
pub(super) struct Relabel {
    version: u64,
    label: Label,
}

/// Changes what is said of an item.
pub(super) async fn relabel(
    State(site): State<Shared>,
    who: Who,
    Path(item): Path<ItemId>,
    who::Json(Relabel { version, label }): who::Json<Relabel>,
) -> Result<StatusCode, Problem> {
    act(&site, &who, Command::Relabel { item, version, label }).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "JumpMove")]
pub(super) struct Move {
    to: ItemPlace,
}

/// Lists an item elsewhere.
pub(super) async fn move_to(
    State(site): State<Shared>,
    who: Who,
    Path(item): Path<ItemId>,
    who::Json(Move { to }): who::Json<Move>,
) -> Result<StatusCode, Problem> {
    act(&site, &who, Command::Move { item, to }).await
}

/// Forgets an item; its agent is told to go.
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

/// Whether an item that the one who asks may start sessions with has a password. Nobody else gets to guess it.
fn asks_for_password(site: &Shared, who: &Who, item: ItemId) -> bool {
    let desk = site.keeper.read();
    desk.items()
        .get(&item)
        .is_some_and(|found| found.has_password && desk.access(who.account.into(), found.place).may_start())
}

/// The password that an item asks for from now on; none: it asks for none.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "JumpPassword")]
pub(super) struct NewPassword {
    password: Option<String>,
}

/// Sets the password that an item asks for, or takes it away.
pub(super) async fn set_password(
    State(site): State<Shared>,
    who: Who,
    Path(item): Path<ItemId>,
    who::Json(NewPassword { password }): who::Json<NewPassword>,
) -> Result<StatusCode, Problem> {
    who.needs(Scope::Jump)?;
    let command = Command::SetPassword { item, has_password: password.is_some() };
    let beside = match password {
        Some(password) => Some(site.logins.item_password(item, &password).await?),
        None => None,
    };
    site.keeper.ask_beside(who.asker.into(), command, beside).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How one jumps.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "JumpWish")]
pub(super) struct Jump {
    overrides_schedule: bool,
    /// Of an item that asks for one.
    password: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "JumpStarted")]
pub(super) struct Started {
    session: SessionId,
}

/// Starts a session with an item, or comes into the one that is there.
pub(super) async fn start(
    State(site): State<Shared>,
    who: Who,
    Path(item): Path<ItemId>,
    who::Json(Jump { overrides_schedule, password }): who::Json<Jump>,
) -> Result<(StatusCode, Json<Started>), Problem> {
    who.needs(Scope::Sessions)?;
    if site.registry.presence(item.into()).is_none() && site.keeper.read().items().contains_key(&item) {
        return Err(Problem::offline());
    }
    let password = match password {
        Some(typed) if asks_for_password(&site, &who, item) => {
            site.logins.prove_item(who.asker, who.account.into(), item, &typed).await?
        }
        _ => PasswordProof::None,
    };
    let command = SessionCommand::Jump { item, password, overrides_schedule };
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
