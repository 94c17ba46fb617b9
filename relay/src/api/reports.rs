//! `/api/reports`: past sessions. Everybody reads of those that he was in; of others, who may read reports.

use std::str::FromStr;

use axum::Json;
use axum::extract::State;
use desk::permission::Permission;
use desk::session::{Event as SessionEvent, Left, Origin, Session};
use desk::{AccountId, Actor, Event, ItemId, Participant, SessionId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::{Path, Query, Who};
use crate::db::{Cursor, PastFilter, PastRow};
use crate::keeper::audit::{Fact, Filter, Order, RATED, Stored, select};
use crate::keeper::store::{self, Said};
use crate::login::Scope;
use crate::time::Moment;

/// Sessions of one page, and the most that can be asked for.
const PAGE: u16 = 50;
const PAGE_MAX: u16 = 200;

/// Events and messages that come with a report; the rest comes page by page.
const DETAILS_PAGE: u16 = 200;

/// Which past sessions.
#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "PastSessionsWish")]
pub(super) struct Wish {
    /// Who owned it at its end.
    owner: Option<AccountId>,
    /// Who was in it.
    member: Option<AccountId>,
    /// With which Jump item.
    item: Option<ItemId>,
    /// The customer's whole name; case does not matter.
    customer: Option<String>,
    /// Ended not before.
    since: Option<Timestamp>,
    /// Ended before.
    until: Option<Timestamp>,
    /// Where the page begins: `next` of the page before.
    from: Option<String>,
    limit: u16,
}

impl Default for Wish {
    fn default() -> Self {
        let (owner, member, item, customer, since, until, from) = Default::default();
        Self { owner, member, item, customer, since, until, from, limit: PAGE }
    }
}

impl Wish {
    /// Who may not read reports sees only what he was in himself.
    fn filter(self, only: Option<AccountId>) -> Result<PastFilter, Problem> {
        let number = |id: AccountId| id.get().cast_signed();
        let before = self.from.as_deref().map(Cursor::from_str).transpose();
        let before = before.map_err(|()| Problem::field("from", "from is not the next of another page"))?;
        if only.is_some() && self.member.is_some_and(|member| Some(member) != only) {
            return Err(Problem::missing("report of others that you may read"));
        }
        Ok(PastFilter {
            owner: self.owner.map(number),
            member: only.or(self.member).map(number),
            item: self.item.map(|item| item.get().cast_signed()),
            customer: self.customer,
            since_ms: self.since.map(Timestamp::as_millisecond),
            until_ms: self.until.map(Timestamp::as_millisecond),
            before,
        })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.ended_ms, self.session)
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (ended_ms, session) = text.split_once('.').ok_or(())?;
        let number = |text: &str| text.parse().map_err(|_| ());
        Ok(Self { ended_ms: number(ended_ms)?, session: number(session)? })
    }
}

/// A past session.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PastSession")]
pub(super) struct View {
    id: SessionId,
    origin: Origin,
    customer: String,
    question: String,
    started: String,
    ended: String,
    /// Who owned it at its end.
    owner: Option<AccountId>,
    /// Why it ended.
    why: Option<desk::session::Ended>,
    /// Who ended it.
    by: Option<Actor>,
    /// What he said.
    reason: String,
    /// What its customer gave, if he rated it.
    stars: Option<u8>,
}

impl View {
    fn new(row: &PastRow) -> Result<(Self, Session), Problem> {
        let wrong = |error: serde_json::Error| {
            tracing::error!(%error, session = %row.session, "a past session does not read back");
            Problem::internal()
        };
        let state: Session = serde_json::from_str(&row.body).map_err(wrong)?;
        let end: SessionEvent = serde_json::from_str(&row.end_body).map_err(wrong)?;
        let (why, by, reason) = match end {
            SessionEvent::Ended { why, by, reason, .. } => (Some(why), Some(by), reason),
            _ => (None, None, String::new()),
        };
        let view = Self {
            id: row.session,
            origin: state.origin,
            customer: state.customer.name.clone(),
            question: state.customer.question.clone(),
            started: Moment::from_ms(row.started_ms).to_rfc3339(),
            ended: Moment::from_ms(row.ended_ms).to_rfc3339(),
            owner: state.owner(),
            why,
            by,
            reason,
            stars: None,
        };
        Ok((view, state))
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PastSessions")]
pub(super) struct Page {
    sessions: Vec<View>,
    /// Where the next page begins; none: this is the last.
    next: Option<String>,
}

/// Past sessions, the latest first.
pub(super) async fn list(
    State(site): State<Shared>,
    who: Who,
    Query(wish): Query<Wish>,
) -> Result<Json<Page>, Problem> {
    who.needs(Scope::Read)?;
    let only = who.permitted(&site, Permission::Reports).is_err().then(|| who.account.into());
    let limit = wish.limit.clamp(1, PAGE_MAX);
    let rows = site.db.past_sessions(&wish.filter(only)?, limit).await?;
    let last = rows.last().filter(|_| rows.len() == usize::from(limit));
    let next = last.map(|row| {
        let session = row.session.get().cast_signed();
        Cursor { ended_ms: row.ended_ms, session }.to_string()
    });
    let mut sessions = Vec::with_capacity(rows.len());
    for row in &rows {
        let stars = stars_of(&site, row.session).await?;
        sessions.push(View { stars, ..View::new(row)?.0 });
    }
    Ok(Json(Page { sessions, next }))
}

/// What the customer of a session gave; he can give it once.
async fn stars_of(site: &Shared, session: SessionId) -> Result<Option<u8>, Problem> {
    let rated = Filter {
        event: Some(RATED.to_owned()),
        object: Some(format!("session:{session}")),
        ..Filter::default()
    };
    let lines = select(&site.db, &rated, Order::OldestFirst, 1).await?;
    let stars = lines.first().and_then(|line| line.fact["rating"]["stars"].as_u64());
    Ok(stars.and_then(|stars| u8::try_from(stars).ok()))
}

/// Somebody's stay in a session.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "PastStay")]
struct Stay {
    who: Participant,
    joined: String,
    /// None: he was there at the end.
    left: Option<String>,
    why: Option<Left>,
}

/// All that was kept of a session.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PastReport")]
pub(super) struct Report {
    #[serde(flatten)]
    session: View,
    /// Who was in it, from when to when.
    members: Vec<Stay>,
    /// What happened, as the log has it.
    events: Vec<Stored>,
    /// There are more, behind this line.
    more_events_after: Option<u64>,
    /// What was said.
    messages: Vec<Said>,
    /// There are more, behind this message.
    more_messages_after: Option<u64>,
}

/// All that was kept of a past session.
pub(super) async fn one(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<u64>,
) -> Result<Json<Report>, Problem> {
    let row = readable(&site, &who, id).await?;
    let (session, state) = View::new(&row)?;
    let session = View { stars: stars_of(&site, row.session).await?, ..session };
    let events = events_of(&site, row.session, 0).await?;
    let messages = store::said_in_session(&site.db, row.session, 0, DETAILS_PAGE).await?;
    let full = |len: usize| len == usize::from(DETAILS_PAGE);
    let more_events_after = events.last().filter(|_| full(events.len())).map(|last| last.seq);
    let more_messages_after = messages.last().filter(|_| full(messages.len())).map(|last| last.message);
    let members = stays(&events, &state);
    Ok(Json(Report { session, members, events, more_events_after, messages, more_messages_after }))
}

/// Where a page of details begins.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "PastBehind")]
pub(super) struct Behind {
    after: u64,
}

/// What happened in a session, further on.
pub(super) async fn events(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<u64>,
    Query(Behind { after }): Query<Behind>,
) -> Result<Json<Vec<Stored>>, Problem> {
    let row = readable(&site, &who, id).await?;
    Ok(Json(events_of(&site, row.session, after).await?))
}

/// What was said in a session, further on.
pub(super) async fn messages(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<u64>,
    Query(Behind { after }): Query<Behind>,
) -> Result<Json<Vec<Said>>, Problem> {
    let row = readable(&site, &who, id).await?;
    Ok(Json(store::said_in_session(&site.db, row.session, after, DETAILS_PAGE).await?))
}

/// A past session of which the one who asks may read.
pub(super) async fn readable(site: &Shared, who: &Who, id: u64) -> Result<PastRow, Problem> {
    who.needs(Scope::Read)?;
    let missing = || Problem::missing("report");
    let row = site.db.past_session(SessionId::new(id)).await?.ok_or_else(missing)?;
    let reads_all = who.permitted(site, Permission::Reports).is_ok();
    if reads_all || site.db.was_in(who.account.get(), row.session, row.ended_ms).await? {
        Ok(row)
    } else {
        Err(missing())
    }
}

async fn events_of(site: &Shared, session: SessionId, after: u64) -> Result<Vec<Stored>, Problem> {
    let filter =
        Filter { after: Some(after), object: Some(format!("session:{session}")), ..Filter::default() };
    Ok(select(&site.db, &filter, Order::OldestFirst, DETAILS_PAGE).await?)
}

/// Who came and went by the lines of the log; where those are forgotten, who was there at the end.
fn stays(lines: &[Stored], at_end: &Session) -> Vec<Stay> {
    let mut stays: Vec<Stay> = Vec::new();
    for line in lines {
        let Ok(Fact::Desk(Event::Session(event))) = serde_json::from_value(line.fact.clone()) else {
            continue;
        };
        for who in event.comes_in() {
            if !stays.iter().any(|stay| stay.who == who && stay.left.is_none()) {
                stays.push(Stay { who, joined: line.at.clone(), left: None, why: None });
            }
        }
        if let SessionEvent::Left { who, why, .. } = event
            && let Some(stay) = stays.iter_mut().rfind(|stay| stay.who == who && stay.left.is_none())
        {
            (stay.left, stay.why) = (Some(line.at.clone()), Some(why));
        }
    }
    for (&who, member) in &at_end.members {
        if !stays.iter().any(|stay| stay.who == who) {
            stays.push(Stay { who, joined: member.joined.to_string(), left: None, why: None });
        }
    }
    stays
}
