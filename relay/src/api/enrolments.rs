//! `/api/enrolments`: tokens for new agents.

use std::time::Duration;

use axum::extract::State;
use desk::{Refusal, Rule, jump};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::token::{EnrolmentToken, SECRET_BYTES};

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::{Json, Who};
use crate::keeper::{AskError, Caller, Keeper, digest_of};
use crate::login::Scope;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "EnrolmentWish")]
pub(super) struct Wish {
    name: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EnrolmentMade")]
pub(super) struct Made {
    token: String,
    expires_in_ms: u128,
}

/// Makes a token for one endpoint that will be called `name`, in the group that the site began with.
pub(crate) async fn make_token(
    keeper: &Keeper,
    caller: Caller,
    name: &str,
    pin: [u8; 32],
    addresses: &[String],
    lifetime: Duration,
) -> Result<String, AskError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Refusal::field("name", "a computer needs a name").into());
    }
    let secret = crate::random::bytes::<SECRET_BYTES>();
    let group = keeper.read().groups().iter().next().map(|(id, _)| id);
    let none = || Refusal::new(Rule::NotFound, "there is no Jump group for the computer to be in");
    let command = jump::Command::MakeToken {
        digest: digest_of(&secret),
        place: jump::ItemPlace::Group(group.ok_or_else(none)?),
        label: jump::Label { name: name.to_owned(), ..jump::Label::default() },
        valid_for_s: u32::try_from(lifetime.as_secs()).unwrap_or(u32::MAX),
        uses_max: 1,
    };
    keeper.ask(caller, command).await?;
    Ok(EnrolmentToken { pin, secret, addresses: addresses.to_vec() }.to_text())
}

/// Makes a token for one computer, in the group that the site began with.
pub(super) async fn make(
    State(site): State<Shared>,
    who: Who,
    Json(wish): Json<Wish>,
) -> Result<axum::Json<Made>, Problem> {
    who.needs(Scope::Jump)?;
    let lifetime = site.config.api.enrolment_lifetime();
    let addresses = site.listening.addresses_for_agents(&site.config.endpoint);
    let pin = site.certificates.pin();
    let token = make_token(&site.keeper, who.asker.into(), &wish.name, pin, &addresses, lifetime).await?;
    tracing::info!(user = who.user, name = wish.name, "made an enrolment token");
    Ok(axum::Json(Made { token, expires_in_ms: lifetime.as_millis() }))
}
