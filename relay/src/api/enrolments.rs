//! `/api/enrolments`: tokens for new agents.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use wire::token::{EnrolmentToken, SECRET_BYTES};

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::{Json, Who};
use crate::db::{Db, DbError};
use crate::login::Scope;
use crate::time::Moment;

/// Characters of an endpoint's name.
const NAME_MAX: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    name: String,
}

#[derive(Serialize)]
pub(super) struct Made {
    token: String,
    expires_in_ms: u128,
}

/// Why no token was made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("a name has 1 to {NAME_MAX} characters, none of them a control character")]
    Name,
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Makes a token for an endpoint that will be called `name`.
pub(crate) async fn make_token(
    db: &Db,
    name: &str,
    pin: [u8; 32],
    addresses: &[String],
    lifetime: std::time::Duration,
) -> Result<String, TokenError> {
    let name = name.trim();
    if name.is_empty() || NAME_MAX < name.chars().count() || name.chars().any(char::is_control) {
        return Err(TokenError::Name);
    }
    let secret = crate::random::bytes::<SECRET_BYTES>();
    db.add_enrolment(&secret, name, Moment::now().plus(lifetime)).await?;
    Ok(EnrolmentToken { pin, secret, addresses: addresses.to_vec() }.to_text())
}

pub(super) async fn make(
    State(site): State<Shared>,
    who: Who,
    Json(wish): Json<Wish>,
) -> Result<axum::Json<Made>, Problem> {
    who.needs(Scope::Jump)?;
    let lifetime = site.config.api.enrolment_lifetime();
    let addresses = site.listening.addresses_for_agents(&site.config.endpoint);
    let made = make_token(&site.db, &wish.name, site.certificates.pin(), &addresses, lifetime).await;
    let token = made.map_err(|error| match error {
        TokenError::Name => Problem::field("name", error.to_string()),
        TokenError::Db(error) => error.into(),
    })?;
    tracing::info!(user = who.user, name = wish.name, "made an enrolment token");
    Ok(axum::Json(Made { token, expires_in_ms: lifetime.as_millis() }))
}
