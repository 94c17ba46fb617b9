//! What somebody without an account hears of his one session, as it happens: `state` when it stands otherwise, `said`
//! for each message, with its number as the event's id, and `over`. Who comes back with the last id gets what was said
//! since.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event as Frame, KeepAlive};
use desk::{Desk, Event, Participant, SessionId, chat};
use futures_util::Stream;
use serde::Serialize;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout_at};

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::keeper::Happened;
use crate::keeper::store::{self, Said};

/// A comment goes out this often, so that a proxy does not take the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long to wait for the news that says why a session is over. What happens together is shown before it is told.
const WHY_MAX: Duration = Duration::from_millis(500);

/// Messages that are read at once.
const MESSAGES: u16 = 500;

/// Who listens.
pub(super) trait Listener: Send + Sync + 'static {
    /// How the session stands for him.
    type View: PartialEq + Serialize + Send;

    /// His session.
    fn session(&self) -> SessionId;

    /// Nothing where it is over for him.
    fn view(&self, desk: &Desk) -> Option<Self::View>;

    /// Who said something, as he is to read it; nothing: he himself.
    fn speaker(&self, desk: &Desk, by: &str) -> Option<String>;

    /// Why it is over for him, where something that happened ends it.
    fn why_over(&self, happened: &Happened) -> Option<&'static str>;
}

/// What was said, as somebody without an account reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Line {
    message: u64,
    at: String,
    /// None: he himself.
    by: Option<String>,
    text: String,
}

#[derive(Serialize)]
struct Farewell {
    session: SessionId,
    /// None: that was not heard of, as after a gap.
    why: Option<&'static str>,
}

/// Whom the log's word for an actor means, if it is somebody who works in sessions.
pub(super) fn participant_of(by: &str) -> Option<Participant> {
    let number = |kind: &str| by.strip_prefix(kind)?.strip_prefix(':')?.parse::<u64>().ok();
    let account = number("account").map(|id| Participant::Account(desk::AccountId::new(id)));
    account.or_else(|| number("external").map(|id| Participant::External(desk::ExternalId::new(id))))
}

/// What somebody who works in sessions is called.
pub(super) fn name_of(desk: &Desk, who: Participant) -> String {
    let name = match who {
        Participant::Account(id) => desk.accounts().get(id).map(|account| account.name.clone()),
        Participant::External(id) => desk.externals().get(&id).map(|external| external.name.clone()),
    };
    name.unwrap_or_default()
}

/// The number of the last message that a page has; 0: none.
pub(super) fn last_of(headers: &HeaderMap) -> u64 {
    headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok()).unwrap_or(0)
}

/// Follows a session from behind the message `last`. As long as the answer is taken, `present` lives.
pub(super) async fn follow<L: Listener>(
    site: Shared,
    listener: L,
    last: u64,
    present: impl Send + 'static,
) -> Result<Sse<impl Stream<Item = Result<Frame, Infallible>>>, Problem> {
    let news = site.keeper.follow();
    let waiting = VecDeque::new();
    let mut follower = Follower {
        site,
        listener,
        last,
        shown: None,
        news,
        waiting,
        is_gone: false,
        is_over: false,
        why_over: None,
    };
    follower.look();
    follower.read().await?;
    let frames = futures_util::stream::unfold((follower, present), |(mut follower, present)| async {
        follower.next().await.map(|frame| (Ok(frame), (follower, present)))
    });
    Ok(Sse::new(frames).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

struct Follower<L: Listener> {
    site: Shared,
    listener: L,
    /// The last message that went out.
    last: u64,
    /// How the page takes it to stand.
    shown: Option<L::View>,
    news: broadcast::Receiver<Happened>,
    waiting: VecDeque<Frame>,
    /// Nothing is left of it for him, which he was not told yet.
    is_gone: bool,
    is_over: bool,
    why_over: Option<&'static str>,
}

impl<L: Listener> Follower<L> {
    async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.waiting.pop_front() {
                return Some(frame);
            }
            if self.is_over {
                return None;
            }
            if self.is_gone {
                self.say_goodbye().await;
                continue;
            }
            let heard = tokio::select! {
                biased;
                () = self.site.stop.cancelled() => return None,
                heard = self.news.recv() => heard,
            };
            let missed_some = match heard {
                Ok(happened) => self.hear(&happened),
                Err(RecvError::Closed) => return None,
                Err(RecvError::Lagged(_)) => {
                    self.site.metrics.events_lagged.increment(1);
                    self.look();
                    true
                }
            };
            // What the database does not give now is read with the next message, or after the page is back.
            if missed_some && let Err(problem) = self.read().await {
                let session = self.listener.session();
                tracing::warn!(%session, ?problem, "the messages of a session cannot be read");
            }
        }
    }

    /// Says whether there is something to be read.
    fn hear(&mut self, happened: &Happened) -> bool {
        match happened.event() {
            Some(Event::Chat(chat::Event::Said { session, .. })) => *session == self.listener.session(),
            // Others' sessions change the place in the queue.
            Some(Event::Session(_) | Event::Invitation(_)) => {
                self.why_over = self.why_over.or_else(|| self.listener.why_over(happened));
                self.look();
                false
            }
            _ => false,
        }
    }

    /// Looks how the session stands now.
    fn look(&mut self) {
        let now = self.listener.view(&self.site.keeper.read());
        match now {
            Some(view) if self.shown.as_ref() == Some(&view) => {}
            Some(view) => {
                self.waiting.push_back(frame("state", &view));
                self.shown = Some(view);
            }
            None => self.is_gone = true,
        }
    }

    /// Says that it is over, and why, as soon as that is known.
    async fn say_goodbye(&mut self) {
        let until = Instant::now() + WHY_MAX;
        while self.why_over.is_none() {
            let Ok(Ok(happened)) = timeout_at(until, self.news.recv()).await else { break };
            self.why_over = self.listener.why_over(&happened);
        }
        let farewell = Farewell { session: self.listener.session(), why: self.why_over };
        self.waiting.push_back(frame("over", &farewell));
        self.is_over = true;
    }

    /// Reads what was said since the last message.
    async fn read(&mut self) -> Result<(), Problem> {
        let session = self.listener.session();
        let said = store::said_in_session(&self.site.db, session, self.last, MESSAGES).await?;
        let desk = self.site.keeper.read();
        for Said { message, at, by, text } in said {
            self.last = self.last.max(message);
            let line = Line { message, at, by: self.listener.speaker(&desk, &by), text };
            self.waiting.push_back(frame("said", &line).id(message.to_string()));
        }
        Ok(())
    }
}

fn frame(name: &str, data: &impl Serialize) -> Frame {
    Frame::default().event(name).data(serde_json::to_string(data).unwrap_or_default())
}
