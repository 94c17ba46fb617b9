//! `/api/customer/rating`: what a customer says of his session once it is over for him. He is known by the secret
//! that he had in it; what he says is a line of the log, and stands in the session's report.

use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum_extra::extract::CookieJar;
use desk::key::Digest;
use desk::rating::Rating;
use desk::session::{CustomerPresence, Session};
use desk::{Actor, Refusal, Rule, SessionId};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::Json;
use crate::endpoint::CameBy;
use crate::keeper::audit::{Filter, Order, RATED, select};
use crate::keeper::{Caller, Fact, RatingFact, digest_of};
use crate::login::{clear_customer, customer_of};

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "RatingWish")]
pub(super) struct Wish {
    session: SessionId,
    #[serde(flatten)]
    rating: Rating,
}

/// Takes one rating for a session, from its customer, and takes his cookie back: it is of no further use.
pub(super) async fn rate(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    jar: CookieJar,
    Json(Wish { session, rating }): Json<Wish>,
) -> Result<(StatusCode, CookieJar), Problem> {
    let address = came_by.peer.ip().to_canonical();
    site.door.knock(address)?;
    rating.check()?;
    let secret = customer_of(&jar, came_by.over_tls).ok_or_else(Problem::no_session)?;
    check_is_over(&site, session, digest_of(secret.as_bytes())).await?;
    let of_session = Filter {
        event: Some(RATED.to_owned()),
        object: Some(format!("session:{session}")),
        ..Filter::default()
    };
    if !select(&site.db, &of_session, Order::OldestFirst, 1).await?.is_empty() {
        return Err(Refusal::new(Rule::Already, "this session was rated already").into());
    }
    let caller = Caller::at(Actor::Customer(session), address);
    site.keeper.note(caller, Fact::Rating(RatingFact::new(session, rating))).await?;
    Ok((StatusCode::NO_CONTENT, clear_customer(jar, came_by.over_tls)))
}

/// Refuses a session that is somebody else's, or that goes on for its customer.
async fn check_is_over(site: &Shared, session: SessionId, secret: Digest) -> Result<(), Problem> {
    if let Some(state) = site.keeper.read().session(session) {
        return match (state.customer.secret == Some(secret), state.customer.presence) {
            (true, CustomerPresence::Gone) => Ok(()),
            (true, _) => Err(Refusal::new(Rule::Already, "the session is not over yet").into()),
            (false, _) => Err(Problem::no_session()),
        };
    }
    let row = site.db.past_session(session).await?.ok_or_else(Problem::no_session)?;
    let state: Session = serde_json::from_str(&row.body).map_err(|error| {
        tracing::error!(%error, %session, "a past session does not read back");
        Problem::internal()
    })?;
    if state.customer.secret == Some(secret) { Ok(()) } else { Err(Problem::no_session()) }
}
