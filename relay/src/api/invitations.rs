//! `/api/invitations`, `/api/externals`: who else comes into a session.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use desk::invitation::{Command, Event as InvitationEvent, Invitation, Invited};
use desk::{AccountId, Event, ExternalId, InvitationId, Participant, SessionId, SessionPolicyId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::Shared;
use crate::api::openapi::Accepted;
use crate::api::problem::Problem;
use crate::api::who::{self, Path, Who};
use crate::keeper::digest_of;
use crate::login::Scope;
use crate::mail::{Language, Letter};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "InvitationWish")]
pub(super) struct Wish {
    to: Invited,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "InvitationMade")]
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
#[derive(Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
#[schemars(rename = "InvitationAct")]
pub(super) enum Act {
    Accept,
    Decline,
    Cancel,
}

/// Accepts, declines or cancels an invitation.
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
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ExternalWish")]
pub(super) struct Outsider {
    name: String,
    #[serde(default)]
    comments: String,
    policy: Option<SessionPolicyId>,
    valid_for_s: u32,
}

/// An external invitation. Its key is told once.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ExternalMade")]
pub(super) struct External {
    external: ExternalId,
    key: String,
    /// The address that lets him in.
    url: String,
}

/// Invites somebody from outside into a session. The key is told once.
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
    Ok((StatusCode::CREATED, Json(External { external, url: site.external_url(&key), key })))
}

/// To whom an external invitation goes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ExternalLetter")]
pub(super) struct Post {
    /// As it was told when the invitation was made: the relay does not keep it.
    key: String,
    to: String,
    /// Of the letter (BCP 47); none: the inviter's own.
    language: Option<String>,
}

/// Sends the address of an external invitation to the one who is invited.
pub(super) async fn mail_external(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<u64>,
    who::Json(Post { key, to, language }): who::Json<Post>,
) -> Result<Accepted, Problem> {
    who.needs(Scope::Sessions)?;
    site.mailer.is_ready()?;
    let external = ExternalId::new(id);
    let command = Command::MailExternal { external, key: digest_of(key.as_bytes()), to: to.clone() };
    site.keeper.ask(who.asker.into(), command).await?;
    let (letter, language) = {
        let desk = site.keeper.read();
        let open = desk.externals().get(&external).ok_or_else(|| Problem::missing("external invitation"))?;
        let account = who.account.into();
        let inviter = desk.accounts().get(account).map(|own| own.name.clone()).unwrap_or_default();
        let language = language.or(desk.preferences(account).language).unwrap_or_default();
        let (guest, comment, url) = (open.name.clone(), open.comments.clone(), site.external_url(&key));
        (Letter::External { inviter, guest, comment, url }, Language::of_tag(&language))
    };
    site.mailer.send(&to, &letter, language)?;
    Ok(Accepted)
}

/// An invitation that is open.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OpenInvitation")]
pub(super) struct Open {
    id: InvitationId,
    #[serde(flatten)]
    invitation: Invitation,
}

/// Somebody from outside who is invited into a session, or in it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Guest {
    id: ExternalId,
    name: String,
    comments: String,
    by: AccountId,
    policy: Option<SessionPolicyId>,
    expires: Timestamp,
    joined: Option<Timestamp>,
}

/// Who else may come into a session.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OpenInvitations")]
pub(super) struct Opened {
    invitations: Vec<Open>,
    externals: Vec<Guest>,
}

/// The open invitations into a session and everybody from outside, for those who work in it.
pub(super) async fn opened(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<u64>,
) -> Result<Json<Opened>, Problem> {
    who.needs(Scope::Read)?;
    let (id, me) = (SessionId::new(id), Participant::Account(who.account.into()));
    let desk = site.keeper.read();
    desk.session(id).filter(|state| state.has(me)).ok_or_else(|| Problem::missing("session"))?;
    let invitations = desk.invitations().iter().filter(|(_, open)| open.session == id);
    let externals = desk.externals().iter().filter(|(_, open)| open.session == id);
    let guest = |(&id, open): (&ExternalId, &desk::invitation::External)| Guest {
        id,
        name: open.name.clone(),
        comments: open.comments.clone(),
        by: open.by,
        policy: open.policy,
        expires: open.expires,
        joined: open.joined,
    };
    Ok(Json(Opened {
        invitations: invitations.map(|(&id, &invitation)| Open { id, invitation }).collect(),
        externals: externals.map(guest).collect(),
    }))
}

/// Cancels an invitation of somebody from outside.
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
