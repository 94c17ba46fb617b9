//! `/api/invitations`, `/api/externals`: who else comes into a session.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use desk::invitation::{Command, Event as InvitationEvent, Invited};
use desk::{Event, ExternalId, InvitationId, SessionId, SessionPolicyId};
use serde::{Deserialize, Serialize};

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::{self, Path, Who};
use crate::keeper::digest_of;
use crate::login::Scope;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    to: Invited,
}

#[derive(Serialize)]
pub(super) struct Made {
    invitation: InvitationId,
}

/// The owner of a session invites a technician, a team, or helpers by an issue.
pub(super) async fn invite(
    State(site): State<Shared>,
    who: Who,
    Path(session): Path<u64>,
    who::Json(Wish { to }): who::Json<Wish>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    who.needs(Scope::Sessions)?;
    let command = Command::Invite { session: SessionId::new(session), to };
    let happened = site.keeper.ask(who.asker.into(), command).await?;
    let made = happened.iter().find_map(|news| match news.event() {
        Some(Event::Invitation(InvitationEvent::Invited { invitation, .. })) => Some(*invitation),
        _ => None,
    });
    let invitation = made.ok_or_else(|| Problem::missing("session"))?;
    Ok((StatusCode::CREATED, Json(Made { invitation })))
}

/// What is done with an invitation.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Act {
    Accept,
    Decline,
    Cancel,
}

pub(super) async fn act(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<u64>,
    who::Json(act): who::Json<Act>,
) -> Result<StatusCode, Problem> {
    who.needs(Scope::Sessions)?;
    let invitation = InvitationId::new(id);
    let command = match act {
        Act::Accept => Command::Accept { invitation },
        Act::Decline => Command::Decline { invitation },
        Act::Cancel => Command::Cancel { invitation },
    };
    site.keeper.ask(who.asker.into(), command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Somebody from outside, as the owner describes him.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outsider {
    name: String,
    #[serde(default)]
    comments: String,
    policy: Option<SessionPolicyId>,
    valid_for_s: u32,
}

/// An external invitation. Its key is told once.
#[derive(Serialize)]
pub(super) struct External {
    external: ExternalId,
    key: String,
}

pub(super) async fn invite_external(
    State(site): State<Shared>,
    who: Who,
    Path(session): Path<u64>,
    who::Json(Outsider { name, comments, policy, valid_for_s }): who::Json<Outsider>,
) -> Result<(StatusCode, Json<External>), Problem> {
    who.needs(Scope::Sessions)?;
    let key = crate::random::text();
    let session = SessionId::new(session);
    let digest = digest_of(key.as_bytes());
    let command = Command::InviteExternal { session, key: digest, name, comments, policy, valid_for_s };
    let happened = site.keeper.ask(who.asker.into(), command).await?;
    let made = happened.iter().find_map(|news| match news.event() {
        Some(Event::Invitation(InvitationEvent::ExternalInvited { external, .. })) => Some(*external),
        _ => None,
    });
    let external = made.ok_or_else(|| Problem::missing("session"))?;
    Ok((StatusCode::CREATED, Json(External { external, key })))
}

pub(super) async fn cancel_external(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<u64>,
) -> Result<StatusCode, Problem> {
    who.needs(Scope::Sessions)?;
    let command = Command::CancelExternal { external: ExternalId::new(id) };
    site.keeper.ask(who.asker.into(), command).await?;
    Ok(StatusCode::NO_CONTENT)
}
