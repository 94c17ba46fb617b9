//! `/api/queues`, `/api/teams`: who waits where, and what teams say to each other.

use axum::Json;
use axum::extract::State;
use desk::record::TeamRole;
use desk::session::Queue;
use desk::{AccountId, Entry, Listed, Participant, Targets, TeamId, chat};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::sessions::{self, Behind};
use crate::api::who::{self, Path, Query, Who};
use crate::keeper::now;
use crate::keeper::store::{self, Said};
use crate::login::Scope;

/// Messages of one page.
const PAGE: u16 = 200;

/// The queues of the account that asks, with how many wait in each.
pub(super) async fn list(State(site): State<Shared>, who: Who) -> Result<Json<Vec<Listed>>, Problem> {
    who.needs(Scope::Read)?;
    Ok(Json(site.keeper.read().queues(who.account.into())))
}

/// A line of a queue, with the session that it is about.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "QueueLine")]
pub(super) struct Line {
    #[serde(flatten)]
    entry: Entry,
    about: sessions::View,
}

/// Its own queue.
pub(super) async fn personal(State(site): State<Shared>, who: Who) -> Result<Json<Vec<Line>>, Problem> {
    let account = who.account.into();
    lines(&site, &who, Queue::Personal(account))
}

/// The queue of a team.
pub(super) async fn of_team(
    State(site): State<Shared>,
    who: Who,
    Path(team): Path<u64>,
) -> Result<Json<Vec<Line>>, Problem> {
    lines(&site, &who, Queue::Team(TeamId::new(team)))
}

fn lines(site: &Shared, who: &Who, queue: Queue) -> Result<Json<Vec<Line>>, Problem> {
    who.needs(Scope::Read)?;
    let (desk, account) = (site.keeper.read(), who.account.into());
    let line = |entry: Entry| {
        let id = entry.session();
        let about = sessions::View::new(&desk, id, desk.session(id)?, Participant::Account(account));
        Some(Line { entry, about })
    };
    Ok(Json(desk.queue(now(), account, queue)?.into_iter().filter_map(line).collect()))
}

/// To whom sessions and invitations can be sent.
pub(super) async fn targets(State(site): State<Shared>, who: Who) -> Result<Json<Targets>, Problem> {
    who.needs(Scope::Read)?;
    Ok(Json(site.keeper.read().targets(who.account.into())))
}

/// A team as technicians see it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TeamWithMembers")]
pub(super) struct Team {
    id: TeamId,
    name: String,
    members: Vec<Member>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TeamMember")]
struct Member {
    account: AccountId,
    name: String,
    role: TeamRole,
    /// Whether a console of theirs is open and takes sessions.
    is_there: bool,
}

/// All teams and who is in them.
pub(super) async fn teams(State(site): State<Shared>, who: Who) -> Result<Json<Vec<Team>>, Problem> {
    who.needs(Scope::Read)?;
    let desk = site.keeper.read();
    let member = |(&account, &role): (&AccountId, &TeamRole)| {
        let name = desk.accounts().get(account)?.name.clone();
        Some(Member { account, name, role, is_there: desk.is_there(account) })
    };
    let teams = desk.teams().iter().map(|(id, team)| Team {
        id,
        name: team.name.clone(),
        members: team.members.iter().filter_map(member).collect(),
    });
    Ok(Json(teams.collect()))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TeamMessage")]
pub(super) struct Message {
    text: String,
}

/// What was said in a team, for its people, a page at a time.
pub(super) async fn messages(
    State(site): State<Shared>,
    who: Who,
    Path(team): Path<u64>,
    Query(Behind { after }): Query<Behind>,
) -> Result<Json<Vec<Said>>, Problem> {
    who.needs(Scope::Read)?;
    let team = TeamId::new(team);
    if !site.keeper.read().reads_team_chat(desk::Actor::Account(who.account.into()), team) {
        return Err(Problem::missing("team"));
    }
    Ok(Json(store::said_in_team(&site.db, team, after, PAGE).await?))
}

/// Says something to a team.
pub(super) async fn say(
    State(site): State<Shared>,
    who: Who,
    Path(team): Path<u64>,
    who::Json(Message { text }): who::Json<Message>,
) -> Result<Json<usize>, Problem> {
    who.needs(Scope::Sessions)?;
    let command = chat::Command::SayToTeam { team: TeamId::new(team), text };
    Ok(Json(site.keeper.ask(who.asker.into(), command).await?.len()))
}
