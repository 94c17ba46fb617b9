//! `/api/portal`: what strangers see, and how a session starts: by a key, an issue or a technician's name.

use std::net::IpAddr;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum_extra::extract::CookieJar;
use desk::record::{Brand, Portal};
use desk::session::{Client, Command, Event as SessionEvent, NewCustomer};
use desk::{AccountId, Actor, Desk, Event, IssueId, PortalId, Rule, SessionId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::Shared;
use crate::api::origin::authority_of;
use crate::api::problem::Problem;
use crate::api::{customer, who};
use crate::endpoint::CameBy;
use crate::keeper::{AskError, Caller, digest_of};
use crate::site::Site;

/// The path that leads to the first portal.
const FIRST_PATH: &str = "/";

#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "PortalWish")]
pub(super) struct Asked {
    /// Of the page that asks.
    path: String,
}

impl Default for Asked {
    fn default() -> Self {
        Self { path: FIRST_PATH.to_owned() }
    }
}

/// A name on the page, and what chooses it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ChoiceOf{Id}")]
struct Choice<Id> {
    id: Id,
    name: String,
}

/// What a portal shows to everybody.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PublicPortal")]
pub(super) struct Public {
    portal: PortalId,
    brand: Brand,
    takes_keys: bool,
    /// Those who show themselves and are there.
    technicians: Vec<Choice<AccountId>>,
    issues: Vec<Choice<IssueId>>,
}

impl Public {
    fn new(desk: &Desk, id: PortalId, portal: &Portal) -> Self {
        let shown = desk.accounts().iter().filter(|&(id, account)| {
            portal.shows_technicians && account.is_enabled && account.is_on_portals && desk.is_there(id)
        });
        let issues = portal.issues.iter().filter_map(|&id| {
            let name = desk.issues().get(id)?.name.clone();
            Some(Choice { id, name })
        });
        Self {
            portal: id,
            brand: portal.brand.clone(),
            takes_keys: portal.takes_keys,
            technicians: shown.map(|(id, account)| Choice { id, name: account.name.clone() }).collect(),
            issues: issues.collect(),
        }
    }
}

/// The portal of a page: by its host name, or else by its path.
pub(super) async fn page(
    State(site): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    who::Query(Asked { path }): who::Query<Asked>,
) -> Result<Json<Public>, Problem> {
    let host = authority_of(&uri, &headers).map(|authority| authority.split(':').next().unwrap_or_default());
    let desk = site.keeper.read();
    let portals = desk.portals();
    let by_host = portals.iter().find(|(_, portal)| {
        portal.host.as_deref().zip(host).is_some_and(|(own, asked)| own.eq_ignore_ascii_case(asked))
    });
    let found = by_host.or_else(|| portals.iter().find(|(_, portal)| portal.path == path));
    let (id, portal) = found.ok_or_else(|| Problem::missing("portal"))?;
    Ok(Json(Public::new(&desk, id, portal)))
}

/// By what a session starts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "StartBy")]
enum By {
    Key(String),
    Issue(IssueId),
    Technician(AccountId),
}

/// What a customer says of himself.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "StartWish")]
pub(super) struct Wish {
    portal: PortalId,
    by: By,
    name: String,
    #[serde(default)]
    question: String,
    /// Of his pages (BCP 47).
    #[serde(default)]
    language: Option<String>,
}

/// The session that started. The secret by which its customer is known goes out as a cookie.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CustomerStarted")]
pub(super) struct Started {
    session: SessionId,
}

/// A customer starts a session: by a key, an issue or a technician's name.
pub(super) async fn start(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    jar: CookieJar,
    who::Json(wish): who::Json<Wish>,
) -> Result<(StatusCode, CookieJar, Json<Started>), Problem> {
    let address = came_by.peer.ip().to_canonical();
    site.door.knock(address)?;
    let secret = crate::random::text();
    let command = wish.command(&site, &secret);
    let by_key = matches!(command, Command::StartByKey { .. });
    let session = begin(&site, address, command).await.map_err(|error| match error {
        AskError::Refused(refusal) if by_key && refusal.rule == Rule::NotFound => {
            site.door.wrong_key(address).map_or_else(Problem::from, |()| refusal.into())
        }
        error => error.into(),
    })?;
    let jar = customer::give_cookie(jar, secret, came_by.over_tls);
    Ok((StatusCode::CREATED, jar, Json(Started { session })))
}

impl Wish {
    fn command(self, site: &Site, secret: &str) -> Command {
        let Self { portal, by, name, question, language } = self;
        let secret = digest_of(secret.as_bytes());
        let customer = NewCustomer { name, question, language, client: Client::Chat, secret };
        match by {
            By::Key(code) => Command::StartByKey { key: site.logins.digest(&code), customer },
            By::Issue(issue) => Command::StartByIssue { portal, issue, customer },
            By::Technician(account) => Command::StartByTechnician { portal, account, customer },
        }
    }
}

async fn begin(site: &Site, address: IpAddr, command: Command) -> Result<SessionId, AskError> {
    let happened = site.keeper.ask(Caller::at(Actor::Visitor, address), command).await?;
    let started = happened.iter().find_map(|news| match news.event() {
        Some(Event::Session(SessionEvent::Started { session, .. })) => Some(*session),
        _ => None,
    });
    // The desk answers a start with nothing else.
    started.ok_or(AskError::Busy)
}
