//! `/api/sessions`: what technicians do with support sessions. Each act is a command to the desk, which decides.

use axum::Json;
use axum::extract::State;
use desk::permission::Rights;
use desk::record::{Parameter, Script};
use desk::session::{Client, Command, CustomerPresence, Origin, Queue, Session, Transfer};
use desk::{AccountId, Desk, Participant, ScriptId, SessionId, chat};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::{self, Administrator, Path, Query, Who};
use crate::keeper::store::{self, Said};
use crate::login::Scope;

/// Messages of one page.
const PAGE: u16 = 200;

/// A session as somebody who works in it, or could, sees it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Session")]
pub(super) struct View {
    id: SessionId,
    origin: Origin,
    customer: String,
    question: String,
    /// Of the customer's pages (BCP 47).
    language: Option<String>,
    /// What the customer came with.
    client: Client,
    /// Whether he is there.
    presence: CustomerPresence,
    started: jiff::Timestamp,
    owner: Option<AccountId>,
    /// Where it waits, if it does.
    queue: Option<Queue>,
    transfer: Option<Transfer>,
    members: Vec<Participant>,
    /// What the one who asks may do in it.
    rights: Rights,
}

impl View {
    pub(super) fn new(desk: &Desk, id: SessionId, state: &Session, who: Participant) -> Self {
        Self {
            id,
            origin: state.origin,
            customer: state.customer.name.clone(),
            question: state.customer.question.clone(),
            language: state.customer.language.clone(),
            client: state.customer.client,
            presence: state.customer.presence,
            started: state.started,
            owner: state.owner(),
            queue: state.queue(),
            transfer: state.transfer,
            members: state.members.keys().copied().collect(),
            rights: desk.rights(id, who),
        }
    }
}

/// The sessions that one is in.
pub(super) async fn mine(State(site): State<Shared>, who: Who) -> Result<Json<Vec<View>>, Problem> {
    who.needs(Scope::Read)?;
    let me = Participant::Account(who.account.into());
    let desk = site.keeper.read();
    let of_mine = desk.sessions().iter().filter(|(_, state)| state.has(me));
    Ok(Json(of_mine.map(|(&id, state)| View::new(&desk, id, state, me)).collect()))
}

/// Sessions of one page, and the most that can be asked for.
const LIVE_PAGE: usize = 50;
const LIVE_PAGE_MAX: usize = 200;

/// Which sessions.
#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "LiveSessionsWish")]
pub(super) struct Wish {
    /// Behind this number.
    after: u64,
    limit: usize,
}

impl Default for Wish {
    fn default() -> Self {
        Self { after: 0, limit: LIVE_PAGE }
    }
}

/// A page of sessions.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LiveSessions")]
pub(super) struct Page {
    sessions: Vec<View>,
    /// Where the next page begins; none: this is the last.
    next_after: Option<SessionId>,
}

/// All sessions that live, by number, for administrators.
pub(super) async fn live(
    State(site): State<Shared>,
    Administrator(login): Administrator,
    Query(Wish { after, limit }): Query<Wish>,
) -> Result<Json<Page>, Problem> {
    let me = Participant::Account(login.account.into());
    let desk = site.keeper.read();
    let mut rest = desk.sessions().iter().filter(|(id, _)| after < id.get());
    let page = rest.by_ref().take(limit.clamp(1, LIVE_PAGE_MAX));
    let sessions: Vec<View> = page.map(|(&id, state)| View::new(&desk, id, state, me)).collect();
    let next_after = rest.next().and(sessions.last().map(|last| last.id));
    Ok(Json(Page { sessions, next_after }))
}

/// One session, for its people and for those in whose queue it is.
pub(super) async fn one(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<u64>,
) -> Result<Json<View>, Problem> {
    who.needs(Scope::Read)?;
    let (id, account) = (SessionId::new(id), who.account.into());
    let me = Participant::Account(account);
    let desk = site.keeper.read();
    let seen = desk.session(id).filter(|state| {
        let queues = state.queue().into_iter().chain(state.transfer.map(|transfer| transfer.to));
        state.has(me) || queues.into_iter().any(|queue| desk.works(account, queue))
    });
    let state = seen.ok_or_else(|| Problem::missing("session"))?;
    Ok(Json(View::new(&desk, id, state, me)))
}

/// What is done with a session. The session is in the path.
#[derive(Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
#[schemars(rename = "SessionAct")]
pub(super) enum Act {
    Accept,
    Move {
        to: Queue,
    },
    Transfer {
        to: Queue,
    },
    CancelTransfer,
    DeclineTransfer,
    Remove {
        who: Participant,
    },
    Leave,
    Keep,
    End {
        #[serde(default)]
        reason: String,
    },
    DisconnectCustomer,
}

impl Act {
    fn on(self, session: SessionId) -> Command {
        match self {
            Self::Accept => Command::Accept { session },
            Self::Move { to } => Command::Move { session, to },
            Self::Transfer { to } => Command::Transfer { session, to },
            Self::CancelTransfer => Command::CancelTransfer { session },
            Self::DeclineTransfer => Command::DeclineTransfer { session },
            Self::Remove { who } => Command::Remove { session, who },
            Self::Leave => Command::Leave { session },
            Self::Keep => Command::Keep { session },
            Self::End { reason } => Command::End { session, reason },
            Self::DisconnectCustomer => Command::DisconnectCustomer { session },
        }
    }
}

/// Does something with a session. The answer says how many events it came to.
pub(super) async fn act(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<u64>,
    who::Json(act): who::Json<Act>,
) -> Result<Json<Done>, Problem> {
    who.needs(Scope::Sessions)?;
    let happened = site.keeper.ask(who.asker.into(), act.on(SessionId::new(id))).await?;
    Ok(Json(Done { events: happened.len() }))
}

/// What a command came to.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SessionDone")]
pub(super) struct Done {
    events: usize,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SessionMessage")]
pub(super) struct Message {
    text: String,
}

/// From which message on a chat is read.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Behind {
    /// Behind this number.
    pub(super) after: u64,
}

/// The chat of a session, for everybody in it, a page at a time: who joins later reads what was said before.
pub(super) async fn messages(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<u64>,
    Query(Behind { after }): Query<Behind>,
) -> Result<Json<Vec<Said>>, Problem> {
    who.needs(Scope::Read)?;
    let (id, account) = (SessionId::new(id), who.account.into());
    if !site.keeper.read().reads_chat(desk::Actor::Account(account), id) {
        return Err(Problem::missing("session"));
    }
    Ok(Json(store::said_in_session(&site.db, id, after, PAGE).await?))
}

/// Says something in a session.
pub(super) async fn say(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<u64>,
    who::Json(Message { text }): who::Json<Message>,
) -> Result<Json<Done>, Problem> {
    who.needs(Scope::Sessions)?;
    let command = chat::Command::Say { session: SessionId::new(id), text };
    Ok(Json(Done { events: site.keeper.ask(who.asker.into(), command).await?.len() }))
}

/// A script that somebody may run in a session. Its text stays here and with the endpoint.
#[derive(Serialize, JsonSchema)]
pub(super) struct ScriptView {
    id: ScriptId,
    name: String,
    comments: String,
    parameters: Vec<Parameter>,
    /// Kinds of systems that it is for.
    systems: Vec<&'static str>,
}

/// The scripts that one may run in a session.
pub(super) async fn scripts(
    State(site): State<Shared>,
    who: Who,
    Path(id): Path<u64>,
) -> Result<Json<Vec<ScriptView>>, Problem> {
    who.needs(Scope::Read)?;
    let (id, me) = (SessionId::new(id), Participant::Account(who.account.into()));
    let desk = site.keeper.read();
    if !desk.session(id).is_some_and(|state| state.has(me)) {
        return Err(Problem::missing("session"));
    }
    let view = |(id, script): (ScriptId, &Script)| ScriptView {
        id,
        name: script.name.clone(),
        comments: script.comments.clone(),
        parameters: script.parameters.clone(),
        systems: script.bodies.iter().map(|body| body.os.name()).collect(),
    };
    Ok(Json(desk.scripts_for(id, me).into_iter().map(view).collect()))
}
