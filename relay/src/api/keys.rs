//! `/api/keys`: session keys. A key is told once, when it is made; the relay keeps its digest.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use desk::key::{Command, Event as KeyEvent};
use desk::{Event, KeyId, PortalId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::attended::AttendedBy;

use crate::api::Shared;
use crate::api::customer::AgentToken;
use crate::api::openapi::Accepted;
use crate::api::problem::Problem;
use crate::api::who::{self, Path, Who};
use crate::login::Scope;
use crate::mail::{Language, Letter};

/// Letters and digits that nobody mixes up, read aloud or typed: no 0 and O, no 1, I and L, no 5 and S, no 8 and B.
const LETTERS: &[u8; 25] = b"234679ACDEFGHJKMNPQRTUVWX";

/// Ten letters of 25 are 95 billion billion keys: with guessing slowed down, nobody finds one.
const KEY_LETTERS: usize = 10;

/// A key that can still start a session.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SessionKey")]
pub(super) struct View {
    key: KeyId,
    portal: PortalId,
    made: Timestamp,
    expires: Timestamp,
}

/// The keys of the one who asks.
pub(super) async fn list(State(site): State<Shared>, who: Who) -> Result<Json<Vec<View>>, Problem> {
    who.needs(Scope::Read)?;
    let account = who.account.into();
    let desk = site.keeper.read();
    let mine = desk.keys().iter().filter(|(_, key)| key.by == account && key.used.is_none());
    let view = |(&id, key): (&KeyId, &desk::key::Key)| View {
        key: id,
        portal: key.portal,
        made: key.made,
        expires: key.expires,
    };
    Ok(Json(mine.map(view).collect()))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SessionKeyWish")]
pub(super) struct Wish {
    portal: PortalId,
    valid_for_s: u32,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SessionKeyMade")]
pub(super) struct Made {
    key: KeyId,
    /// As it is read aloud.
    code: String,
    /// The address that starts a session by it.
    url: String,
    /// What starts an agent by it, for who has one already.
    agent: AgentToken,
    expires: Timestamp,
}

/// Makes a session key, told this once.
pub(super) async fn make(
    State(site): State<Shared>,
    who: Who,
    who::Json(Wish { portal, valid_for_s }): who::Json<Wish>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    who.needs(Scope::Sessions)?;
    let code = random_code();
    let command = Command::Make { digest: site.logins.digest(&code), portal, valid_for_s };
    let happened = site.keeper.ask(who.asker.into(), command).await?;
    let made = happened.iter().find_map(|news| match news.event() {
        Some(Event::Key(KeyEvent::Made { key, state })) => Some((*key, state.expires)),
        _ => None,
    });
    let (key, expires) = made.ok_or_else(|| Problem::missing("key"))?;
    let code = spoken(&code);
    let url = site.keeper.read().portals().get(portal).map(|portal| site.key_url(portal, &code));
    let (url, agent) = (url.unwrap_or_default(), AgentToken::new(&site, AttendedBy::Key(code.clone())));
    Ok((StatusCode::CREATED, Json(Made { key, code, url, agent, expires })))
}

/// Takes a session key back.
pub(super) async fn revoke(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<u64>,
) -> Result<StatusCode, Problem> {
    who.needs(Scope::Sessions)?;
    site.keeper.ask(who.asker.into(), Command::Revoke { key: KeyId::new(id) }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// To whom a key goes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SessionKeyLetter")]
pub(super) struct Post {
    /// As it was told when the key was made: the relay does not keep it.
    code: String,
    to: String,
    /// Of the letter (BCP 47); none: the technician's own.
    language: Option<String>,
}

/// Sends the address that starts a session, with the key in it, to a customer.
pub(super) async fn mail(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<u64>,
    who::Json(Post { code, to, language }): who::Json<Post>,
) -> Result<Accepted, Problem> {
    who.needs(Scope::Sessions)?;
    site.mailer.is_ready()?;
    let (key, digest) = (KeyId::new(id), site.logins.digest(&code));
    site.keeper.ask(who.asker.into(), Command::Mail { key, digest, to: to.clone() }).await?;
    let (letter, language) = {
        let desk = site.keeper.read();
        let kept = desk.keys().get(&key).ok_or_else(|| Problem::missing("key"))?;
        let portal = desk.portals().get(kept.portal).ok_or_else(|| Problem::missing("portal"))?;
        let account = who.account.into();
        let technician = desk.accounts().get(account).map(|own| own.name.clone()).unwrap_or_default();
        let code = spoken(&code);
        let url = site.key_url(portal, &code);
        let until = kept.expires.strftime("%Y-%m-%d %H:%M UTC").to_string();
        let language = language.or(desk.preferences(account).language).unwrap_or_default();
        (Letter::SessionKey { technician, url, key: code, until }, Language::of_tag(&language))
    };
    site.mailer.send(&to, &letter, language)?;
    Ok(Accepted)
}

/// A key as it is read aloud: in two halves.
fn spoken(code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    match plain.split_at_checked(KEY_LETTERS / 2) {
        Some((first, second)) => format!("{first}-{second}"),
        None => plain,
    }
}

fn random_code() -> String {
    // 250 is the largest multiple of 25 in a byte; what is above would make some letters more likely.
    let letters = std::iter::repeat_with(crate::random::bytes::<16>).flatten().filter(|byte| *byte < 250);
    letters.take(KEY_LETTERS).map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s83_keys_are_random_and_of_letters_that_nobody_mixes_up() {
        let codes: std::collections::BTreeSet<String> = (0..1000).map(|_| random_code()).collect();
        assert_eq!(codes.len(), 1000);
        for code in codes {
            assert_eq!(code.len(), KEY_LETTERS);
            assert!(code.bytes().all(|letter| LETTERS.contains(&letter)), "{code}");
        }
    }
}
