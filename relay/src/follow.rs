//! The data plane follows the desk: whoever is out of a session has no stream in it, and rights are those of now.
//!
//! It reads the same news as everybody else. When it is too far behind to have heard all of them, it compares every
//! session with the desk instead.

use std::sync::Arc;

use desk::session::{Ended, Event as SessionEvent, Left};
use desk::{AccountId, Actor, Event, Participant, chat, invitation, presence, session};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use wire::SessionId;
use wire::close::CloseCode;
use wire::control::{ChatSaid, control::Body};
use wire::limits::TEXT_BYTES_MAX;

use crate::attendance::close_console;
use crate::db::LoginId;
use crate::keeper::{AskError, Caller, Fact, Happened, LoginFact};
use crate::mail::{Language, Letter};
use crate::site::Site;

/// Nobody is connected to a relay that has just started: whoever was is lost until he is back.
pub(crate) async fn begin(site: &Arc<Site>) -> Result<(), AskError> {
    let (members, customers, consoles) = {
        let desk = site.keeper.read();
        let members: std::collections::BTreeSet<Participant> =
            desk.sessions().values().flat_map(|state| state.members.keys().copied()).collect();
        let customers: Vec<_> = desk.sessions().keys().copied().collect();
        let accounts = desk.accounts().iter().map(|(id, _)| id);
        let consoles: Vec<_> = accounts.filter(|&id| desk.console(id).is_some()).collect();
        (members, customers, consoles)
    };
    for who in members {
        site.keeper.ask(Caller::RELAY, session::Command::MemberLost { who }).await?;
    }
    for session in customers {
        site.keeper.ask(Caller::RELAY, session::Command::CustomerLost { session }).await?;
    }
    for account in consoles {
        site.tasks.spawn(close_console(Arc::clone(site), account));
    }
    Ok(())
}

/// Follows until the relay stops.
pub(crate) async fn run(site: Arc<Site>, mut news: Receiver<Happened>) {
    loop {
        let heard = tokio::select! {
            biased;
            () = site.stop.cancelled() => return,
            heard = news.recv() => heard,
        };
        match heard {
            Ok(happened) => act(&site, &happened),
            Err(RecvError::Lagged(missed)) => {
                site.metrics.news_lagged.increment(missed);
                compare(&site);
            }
            Err(RecvError::Closed) => return,
        }
    }
}

fn act(site: &Arc<Site>, happened: &Happened) {
    if let Fact::Login(LoginFact { account: Some(account), .. }) = &happened.line.fact {
        site.tasks.spawn(close_ended_console(Arc::clone(site), AccountId::new(account.cast_unsigned())));
    }
    write_letters(site, happened);
    match happened.event() {
        Some(Event::Session(event)) => act_on_session(site, event),
        Some(Event::Presence(presence::Event::Closed {
            login, why: presence::Closed::TakenOver, ..
        })) => {
            site.consoles.end(LoginId::new(login.cast_signed()));
        }
        Some(Event::Jump(desk::jump::Event::Removed { item })) => {
            if let Some(agent) = site.registry.agent((*item).into()) {
                agent.outbox.end(CloseCode::NotAllowed);
            }
        }
        // Permissions, teams, roles and policies all come together in everybody's rights.
        Some(Event::Record(_) | Event::Jump(_)) => renew_rights(site),
        Some(Event::Chat(chat::Event::Said { message, session, by, text })) => {
            let said = ChatSaid {
                session: session.get(),
                message: message.get(),
                name: name_of(site, *session, *by),
                is_own: matches!(by, Actor::Customer(_)),
                text: text.clone(),
                at_ms: happened.line.at.as_millisecond().cast_unsigned(),
            };
            if let Some(session) = site.registry.session(SessionId::from_wire(session.get())) {
                session.tell_endpoint(Body::ChatSaid(said));
            }
        }
        Some(Event::Invitation(_) | Event::Key(_) | Event::Chat(_) | Event::Presence(_)) | None => {}
    }
}

/// What the endpoint of a session calls somebody.
fn name_of(site: &Site, session: desk::SessionId, who: Actor) -> String {
    let desk = site.keeper.read();
    let name = match who {
        Actor::Account(id) => desk.accounts().get(id).map(|account| account.name.clone()),
        Actor::External(id) => desk.externals().get(&id).map(|external| external.name.clone()),
        Actor::Customer(_) => desk.session(session).map(|state| state.customer.name.clone()),
        _ => None,
    };
    let mut name = name.unwrap_or_default();
    name.truncate(name.floor_char_boundary(TEXT_BYTES_MAX));
    name
}

/// Tells people who are invited, and are not at a console, by mail.
fn write_letters(site: &Site, happened: &Happened) {
    let Some(Event::Invitation(invitation::Event::Invited { state, .. })) = happened.event() else { return };
    let desk = site.keeper.read();
    let name = |account| desk.accounts().get(account).map(|account| account.name.clone()).unwrap_or_default();
    let session =
        desk.session(state.session).map(|session| session.customer.name.clone()).unwrap_or_default();
    for &account in &happened.mails {
        let Some(to) = desk.accounts().get(account).and_then(|account| account.email.clone()) else {
            continue;
        };
        let language = Language::of_tag(desk.preferences(account).language.as_deref().unwrap_or_default());
        let (inviter, url) = (name(state.by), site.console_url());
        let letter = Letter::Invitation { inviter, session: session.clone(), url };
        // What cannot be sent is counted and in the log; the invitation waits in the queue all the same.
        let _ = site.mailer.send(&to, &letter, language);
    }
}

/// Closes the console of a login that is over: logged out, revoked, or ended by a new password.
async fn close_ended_console(site: Arc<Site>, account: AccountId) {
    let Some(login) = site.keeper.read().console(account).map(|console| console.login) else { return };
    let ended = match site.logins.is_valid(LoginId::new(login.cast_signed())).await {
        Ok(true) => return,
        Ok(false) => site.keeper.ask(Caller::RELAY, presence::Command::Close { account, login }).await,
        Err(error) => Err(error.into()),
    };
    if let Err(error) = ended {
        tracing::error!(%error, %account, "the console of an ended login stays open");
    }
}

fn act_on_session(site: &Site, event: &SessionEvent) {
    let session = SessionId::from_wire(event.session().get());
    match event {
        SessionEvent::Ended { why, .. } => {
            site.consents.forget(session);
            site.registry.end(session, reason_of_end(*why), &site.metrics);
        }
        SessionEvent::Left { who, why, .. } => site.registry.remove(session, *who, reason_of_leave(*why)),
        SessionEvent::CustomerGone { .. } => site.registry.customer_gone(session),
        SessionEvent::Owned { .. } | SessionEvent::CustomerCame { .. } => renew_rights(site),
        _ => {}
    }
}

/// Gives every seat the rights that its technician has now.
fn renew_rights(site: &Site) {
    for session in site.registry.sessions() {
        let desk = site.keeper.read();
        let id = desk::SessionId::new(session.id.to_wire());
        session.renew_grants(|who| desk.rights(id, who));
    }
}

/// Compares everything with the desk.
fn compare(site: &Site) {
    for session in site.registry.sessions() {
        let id = desk::SessionId::new(session.id.to_wire());
        let members = site.keeper.read().session(id).map(|state| state.members.clone());
        match members {
            None => site.registry.end(session.id, "the session is over", &site.metrics),
            Some(members) => {
                for who in session.people().into_iter().filter(|who| !members.contains_key(who)) {
                    site.registry.remove(session.id, who, "you are not in this session any more");
                }
            }
        }
    }
    renew_rights(site);
}

fn reason_of_leave(why: Left) -> &'static str {
    match why {
        Left::Left => "you left the session",
        Left::Removed => "the owner removed you from the session",
        Left::Lost => "your connection was lost for too long",
        Left::InviterGone => "whoever invited you is gone",
        Left::Kept => "the session was put aside",
        Left::Ended => "the session is over",
    }
}

fn reason_of_end(why: Ended) -> &'static str {
    match why {
        Ended::Owner => "the owner ended the session",
        Ended::Administrator => "an administrator ended the session",
        Ended::Customer => "the customer ended the session",
        Ended::CustomerLost => "the customer's connection was lost",
        Ended::QueueRule => "nobody was there to take the session",
        Ended::Schedule => "the time in which this computer may be reached is over",
        Ended::NobodyLeft => "nobody was left in the session",
    }
}
