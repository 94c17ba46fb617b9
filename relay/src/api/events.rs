//! `/api/events`: what happens, as it happens: endpoints that come and go, and news of the desk.
//!
//! Each connection starts with the list of endpoints, and with who has control in each session of the reader's. News of the desk (`desk`) go to those whom they concern, and
//! say what happened to what; pages read the rest. They carry the log's number as their id: who comes back with the
//! last one gets what was missed, or `reset` where that is too long ago. A reader that is too slow gets `reset`, too.

use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use desk::session::Queue;
use desk::{AccountId, Event as DeskEvent, Participant, chat};
use futures_util::Stream;
use serde::Serialize;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wire::SessionId;

use crate::api::Shared;
use crate::api::endpoints;
use crate::api::problem::Problem;
use crate::api::who::LoggedIn;
use crate::keeper::Happened;
use crate::keeper::store::{names_of, objects_of};
use crate::registry::EndpointChanged;
use crate::time::Moment;

/// A comment goes out this often, so that a proxy does not take the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// News of the desk, as pages get it.
#[derive(Serialize)]
struct News {
    subject: String,
    event: String,
    /// What it is about: `session:12`, `account:7` …
    objects: Vec<String>,
    /// The queue in which something arrives by it, if it is one of the reader's.
    #[serde(skip_serializing_if = "Option::is_none")]
    arrives_in: Option<Queue>,
}

/// Whose input reaches the endpoint of a session.
#[derive(Serialize)]
struct Controls {
    session: desk::SessionId,
    who: BTreeSet<Participant>,
}

/// What happens, as it happens: who comes and goes, and news of the desk. With `Last-Event-ID` it goes on behind
/// that one.
pub(super) async fn follow(
    State(site): State<Shared>,
    LoggedIn(login): LoggedIn,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    // Subscribed before anything is read: what changes in between comes twice rather than not at all.
    let (changes, news) = (site.registry.changes(), site.keeper.follow());
    let controls = site.registry.controls();
    let last: Option<u64> = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let missed = last.map_or_else(|| Some(Vec::new()), |last| site.keeper.since(last));
    let follower = Follower {
        account: login.account.into(),
        ended: site.logins.ended(login.id),
        console_over: site.consoles.token(login.id),
        expires: Instant::now() + login.expires.after(Moment::now()),
        waiting: VecDeque::from([Next::Endpoints, Next::AllControls]),
        seen: last.unwrap_or(0),
        changes,
        controls,
        news,
        site,
    };
    let follower = follower.with(missed);
    let events = futures_util::stream::unfold(follower, |mut follower| async {
        follower.event().await.map(|event| (Ok(event), follower))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

struct Follower {
    site: Shared,
    account: AccountId,
    changes: broadcast::Receiver<EndpointChanged>,
    controls: broadcast::Receiver<SessionId>,
    news: broadcast::Receiver<Happened>,
    ended: Arc<CancellationToken>,
    console_over: Arc<CancellationToken>,
    expires: Instant,
    /// What goes out before anything new.
    waiting: VecDeque<Next>,
    /// The last line that went out, or was not for this reader.
    seen: u64,
}

/// What goes out next.
enum Next {
    Endpoints,
    Endpoint(EndpointChanged),
    Controls(SessionId),
    /// Of all sessions: some were missed.
    AllControls,
    Desk(Happened),
    Reset,
    End(&'static str),
    Nothing,
}

impl Follower {
    /// What was missed goes out first; `None`: nobody knows what it was.
    fn with(mut self, missed: Option<Vec<Happened>>) -> Self {
        match missed {
            Some(missed) => self.waiting.extend(missed.into_iter().map(Next::Desk)),
            None => self.waiting.push_back(Next::Reset),
        }
        self
    }

    /// The next event; `None` ends the connection.
    async fn event(&mut self) -> Option<Event> {
        loop {
            let next = match self.waiting.pop_front() {
                Some(next) => next,
                None => self.next().await?,
            };
            let event = match next {
                Next::Endpoints => Some(self.endpoints().await?),
                Next::Endpoint(changed) => endpoints::seen_by(&self.site, self.account, &changed)
                    .map(|endpoint| event("endpoint", &endpoint)),
                Next::Controls(session) => self.controls(session),
                Next::AllControls => {
                    let sessions = self.site.registry.sessions();
                    self.waiting.extend(sessions.iter().map(|session| Next::Controls(session.id)));
                    None
                }
                Next::Desk(happened) => self.desk(&happened),
                Next::Reset => Some(Event::default().event("reset").data("{}")),
                Next::End(why) => {
                    self.waiting.push_back(Next::Nothing);
                    Some(Event::default().event(why).data("{}"))
                }
                Next::Nothing => return None,
            };
            if event.is_some() {
                return event;
            }
        }
    }

    async fn next(&mut self) -> Option<Next> {
        tokio::select! {
            biased;
            () = self.site.stop.cancelled() => None,
            () = self.ended.cancelled() => Some(Next::End("logout")),
            () = self.console_over.cancelled() => Some(Next::End("taken_over")),
            () = tokio::time::sleep_until(self.expires) => Some(Next::End("logout")),
            news = self.news.recv() => match news {
                Ok(happened) => Some(Next::Desk(happened)),
                Err(error) => self.lagged(error, Next::Reset),
            },
            changed = self.changes.recv() => match changed {
                Ok(changed) => Some(Next::Endpoint(changed)),
                Err(error) => self.lagged(error, Next::Endpoints),
            },
            session = self.controls.recv() => match session {
                Ok(session) => Some(Next::Controls(session)),
                Err(error) => self.lagged(error, Next::AllControls),
            },
        }
    }

    fn lagged(&self, error: RecvError, next: Next) -> Option<Next> {
        match error {
            RecvError::Closed => None,
            RecvError::Lagged(_) => {
                self.site.metrics.events_lagged.increment(1);
                Some(next)
            }
        }
    }

    async fn endpoints(&self) -> Option<Event> {
        match endpoints::all(&self.site, self.account).await {
            Ok(list) => Some(event("endpoints", &list)),
            Err(error) => {
                tracing::error!(%error, "cannot list endpoints");
                None
            }
        }
    }

    /// Who has control in a session, for those who are in it.
    fn controls(&self, id: SessionId) -> Option<Event> {
        let session = desk::SessionId::new(id.to_wire());
        let me = Participant::Account(self.account);
        self.site.keeper.read().session(session).filter(|state| state.has(me))?;
        let who = self.site.registry.session(id)?.controlling();
        Some(event("controls", &Controls { session, who }))
    }

    /// News for this reader, if it is, and if it was not sent before.
    fn desk(&mut self, happened: &Happened) -> Option<Event> {
        let line = &happened.line;
        if line.seq <= self.seen {
            return None;
        }
        self.seen = line.seq;
        let desk = self.site.keeper.read();
        let own = desk.accounts().get(self.account);
        let audience = &happened.audience;
        let concerns = audience.everybody
            || audience.accounts.contains(&self.account)
            || (audience.administrators && own.is_some_and(|own| own.is_administrator));
        if !concerns {
            return None;
        }
        let (subject, name) = names_of(&serde_json::to_string(&line.fact).unwrap_or_default());
        let arrives_in = happened.arrives_in.filter(|&queue| desk.works(self.account, queue));
        let objects = objects_of(&line.fact).into_iter().chain(chat_of(happened)).collect();
        let news = News { subject, event: name, objects, arrives_in };
        Some(event("desk", &news).id(line.seq.to_string()))
    }
}

/// Where something was said: a page reads that chat again.
fn chat_of(happened: &Happened) -> Option<String> {
    match happened.event()? {
        DeskEvent::Chat(chat::Event::Said { session, .. }) => Some(format!("session:{session}")),
        DeskEvent::Chat(chat::Event::SaidToTeam { team, .. }) => Some(format!("team:{team}")),
        _ => None,
    }
}

fn event(name: &str, data: &impl Serialize) -> Event {
    Event::default().event(name).data(serde_json::to_string(data).unwrap_or_default())
}
