//! `/api/jump/tokens`: install tokens, by which new agents come into a place with a label. A token is told once, when
//! it is made; the desk keeps its digest.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use desk::jump::{Command, Event as JumpEvent, InstallToken, ItemPlace, Label};
use desk::{AccountId, Event, InstallTokenId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::token::{EnrolmentToken, SECRET_BYTES};

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::{self, Path, Who};
use crate::keeper::{digest_of, now};
use crate::login::Scope;

/// A token that still enrols computers.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "InstallToken")]
pub(super) struct View {
    id: InstallTokenId,
    /// Who made it; nobody: an operator on the server.
    by: Option<AccountId>,
    place: ItemPlace,
    label: Label,
    expires: Timestamp,
    uses_left: u32,
}

impl View {
    fn new(id: InstallTokenId, token: &InstallToken) -> Self {
        let InstallToken { by, place, ref label, expires, uses_left, .. } = *token;
        Self { id, by, place, label: label.clone(), expires, uses_left }
    }
}

/// The tokens of the one who asks; for administrators those of everybody.
pub(super) async fn list(State(site): State<Shared>, who: Who) -> Result<Json<Vec<View>>, Problem> {
    who.needs(Scope::Read)?;
    let account = AccountId::from(who.account);
    let desk = site.keeper.read();
    let sees_all = desk.accounts().get(account).is_some_and(|own| own.is_enabled && own.is_administrator);
    let is_seen = |token: &InstallToken| sees_all || token.by == Some(account);
    let now = now();
    let usable = desk.tokens().iter().filter(|(_, token)| now < token.expires && is_seen(token));
    Ok(Json(usable.map(|(&id, token)| View::new(id, token)).collect()))
}

/// What a token is to do.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "InstallTokenWish")]
pub(super) struct Wish {
    /// Where its computers are listed.
    place: ItemPlace,
    /// What is said of them; without a name they are called what they call themselves.
    #[serde(default)]
    label: Label,
    valid_for_s: u32,
    /// How many computers it enrols.
    #[serde(default = "one")]
    uses_max: u32,
}

fn one() -> u32 {
    1
}

/// A token, told this once.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "InstallTokenMade")]
pub(super) struct Made {
    id: InstallTokenId,
    token: String,
    /// What is run on the computer, where the agent is installed.
    command: String,
    expires: Timestamp,
}

/// Makes an install token, told this once.
pub(super) async fn make(
    State(site): State<Shared>,
    who: Who,
    who::Json(Wish { place, label, valid_for_s, uses_max }): who::Json<Wish>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    who.needs(Scope::Jump)?;
    let secret = crate::random::bytes::<SECRET_BYTES>();
    let command = Command::MakeToken { digest: digest_of(&secret), place, label, valid_for_s, uses_max };
    let happened = site.keeper.ask(who.asker.into(), command).await?;
    let made = happened.iter().find_map(|news| match news.event() {
        Some(Event::Jump(JumpEvent::TokenMade { token, state })) => Some((*token, state.expires)),
        _ => None,
    });
    let (id, expires) = made.ok_or_else(|| Problem::missing("list of Jump items"))?;
    let addresses = site.listening.addresses_for_agents(&site.config.endpoint);
    let token = EnrolmentToken { pin: site.certificates.pin(), secret, addresses }.to_text();
    let command = format!("agent enrol {token}");
    Ok((StatusCode::CREATED, Json(Made { id, token, command, expires })))
}

/// Takes an install token back.
pub(super) async fn revoke(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<u64>,
) -> Result<StatusCode, Problem> {
    who.needs(Scope::Jump)?;
    site.keeper.ask(who.asker.into(), Command::RevokeToken { token: InstallTokenId::new(id) }).await?;
    Ok(StatusCode::NO_CONTENT)
}
