//! The customer's side of a session.

use super::{Client, CustomerPresence, Draft, Ended, Event, Place};
use crate::ask::{Ask, not_found};
use crate::{Actor, Refusal, Rule, SessionId};

pub(super) fn disconnect(ask: &mut Ask<'_>, session: SessionId) -> Result<(), Refusal> {
    let mut draft = Draft::of(ask, session)?;
    draft.owner_acts()?;
    draft.customer_stays()?;
    draft.push(Event::CustomerGone { session });
    Ok(())
}

pub(super) fn ends(ask: &mut Ask<'_>) -> Result<(), Refusal> {
    let session = match ask.actor {
        Actor::Customer(session) => Some(session),
        Actor::Endpoint(item) => {
            let mut sessions = ask.desk.sessions.iter();
            sessions
                .find(|(_, state)| {
                    state.item() == Some(item) && state.customer.presence != CustomerPresence::Gone
                })
                .map(|(&id, _)| id)
        }
        _ => return Err(Refusal::new(Rule::WrongActor, "only the customer of a session may do this")),
    };
    let mut draft = Draft::of(ask, session.ok_or_else(|| not_found("session"))?)?;
    draft.customer_stays()?;
    match draft.session.place {
        Place::Waiting { .. } => draft.end(Ended::Customer, String::new()),
        Place::Owned { .. } => draft.push(Event::CustomerGone { session: draft.id }),
    }
    Ok(())
}

pub(super) fn came(ask: &mut Ask<'_>, session: SessionId, client: Client) -> Result<(), Refusal> {
    let mut draft = Draft::of(ask, session)?;
    if draft.ask.actor != Actor::Relay && !draft.customer_acts() {
        return Err(Refusal::new(Rule::WrongActor, "only the customer of this session comes to it"));
    }
    draft.customer_stays()?;
    let is_jump = draft.session.item().is_some();
    if is_jump != (client == Client::Installed) {
        return Err(Refusal::field(
            "client",
            "only a Jump is with an installed agent, and with nothing else",
        ));
    }
    let customer = &draft.session.customer;
    let is_here = customer.presence == CustomerPresence::Here;
    // The page of somebody whose agent is here changes nothing.
    if !is_here || (customer.client, client) == (Client::Chat, Client::Agent) {
        draft.push(Event::CustomerCame { session, client });
    }
    Ok(())
}

pub(super) fn lost(ask: &mut Ask<'_>, session: SessionId) -> Result<(), Refusal> {
    ask.relay()?;
    let mut draft = Draft::of(ask, session)?;
    if draft.session.customer.presence == CustomerPresence::Here {
        draft.push(Event::CustomerLost { session });
    }
    Ok(())
}

impl Draft<'_, '_> {
    fn customer_stays(&self) -> Result<(), Refusal> {
        if self.session.customer.presence == CustomerPresence::Gone {
            return Err(Refusal::new(Rule::Over, "the customer is gone from this session"));
        }
        Ok(())
    }
}
