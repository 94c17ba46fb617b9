//! `/api/keys`: session keys. A key is told once, when it is made; the relay keeps its digest.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use desk::key::{Command, Event as KeyEvent};
use desk::{Event, KeyId, PortalId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::{self, Path, Who};
use crate::login::Scope;

/// Letters and digits that nobody mixes up, read aloud or typed: no 0 and O, no 1, I and L, no 5 and S, no 8 and B.
const LETTERS: &[u8; 25] = b"234679ACDEFGHJKMNPQRTUVWX";

/// Ten letters of 25 are 95 billion billion keys: with guessing slowed down, nobody finds one.
const KEY_LETTERS: usize = 10;

/// A key that can still start a session.
#[derive(Serialize)]
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    portal: PortalId,
    valid_for_s: u32,
}

#[derive(Serialize)]
pub(super) struct Made {
    key: KeyId,
    /// As it is read aloud.
    code: String,
    expires: Timestamp,
}

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
    let code = format!("{}-{}", &code[..KEY_LETTERS / 2], &code[KEY_LETTERS / 2..]);
    Ok((StatusCode::CREATED, Json(Made { key, code, expires })))
}

pub(super) async fn revoke(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<u64>,
) -> Result<StatusCode, Problem> {
    who.needs(Scope::Sessions)?;
    site.keeper.ask(who.asker.into(), Command::Revoke { key: KeyId::new(id) }).await?;
    Ok(StatusCode::NO_CONTENT)
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
