//! Who may say something, and who may read it.

use super::{Command, Event, MESSAGE_MAX};
use crate::ask::{Ask, not_found};
use crate::session::CustomerPresence;
use crate::{Actor, Desk, MessageId, Refusal, Rule, SessionId, TeamId, fields};

pub(crate) fn decide(ask: &mut Ask<'_>, command: Command) -> Result<(), Refusal> {
    match command {
        Command::Say { session, text } => say(ask, session, text),
        Command::SayToTeam { team, text } => say_to_team(ask, team, text),
    }
}

fn say(ask: &mut Ask<'_>, session: SessionId, text: String) -> Result<(), Refusal> {
    check(&text)?;
    let state = ask.desk.sessions.get(&session).ok_or_else(|| not_found("session"))?;
    let by = ask.actor;
    if by.account().is_some() {
        ask.account()?;
    }
    if !ask.desk.reads_chat(by, session) {
        return Err(Refusal::new(Rule::MembersOnly, "only who is in the session may say something in it"));
    }
    if matches!(by, Actor::Customer(_)) && state.customer.presence == CustomerPresence::Gone {
        return Err(Refusal::new(Rule::Over, "the customer is gone from this session"));
    }
    let message = MessageId::new(ask.next_id());
    ask.push(Event::Said { message, session, by, text });
    Ok(())
}

fn say_to_team(ask: &mut Ask<'_>, team: TeamId, text: String) -> Result<(), Refusal> {
    check(&text)?;
    ask.account()?;
    if !ask.desk.reads_team_chat(ask.actor, team) {
        return Err(Refusal::new(Rule::MembersOnly, "only members of the team may say something in it"));
    }
    let (message, by) = (MessageId::new(ask.next_id()), ask.actor);
    ask.push(Event::SaidToTeam { message, team, by, text });
    Ok(())
}

fn check(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::field("text", "text is empty"));
    }
    fields::text("text", text, MESSAGE_MAX)
}

impl Desk {
    /// Whether somebody reads the chat of a session: all of it, also what was said before he came.
    pub fn reads_chat(&self, actor: Actor, session: SessionId) -> bool {
        let Some(state) = self.sessions.get(&session) else { return false };
        match actor {
            Actor::Customer(own) => own == session,
            _ => actor.participant().is_some_and(|who| state.has(who)),
        }
    }

    /// Whether somebody reads the chat of a team.
    pub fn reads_team_chat(&self, actor: Actor, team: TeamId) -> bool {
        let Some(account) = actor.account() else { return false };
        self.teams.get(team).is_some_and(|team| team.members.contains_key(&account))
    }
}

pub(crate) fn apply(desk: &mut Desk, event: &Event) {
    match event {
        Event::Said { message, .. } | Event::SaidToTeam { message, .. } => desk.dealt(message.get()),
    }
}
