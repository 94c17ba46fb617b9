//! `/api/events`: endpoints as they come and go.
//!
//! Each connection starts with the whole list. A reader that is too slow loses events and gets the list again.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use desk::AccountId;
use futures_util::Stream;
use serde::Serialize;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::api::Shared;
use crate::api::endpoints;
use crate::api::problem::Problem;
use crate::api::who::LoggedIn;
use crate::registry::EndpointChanged;
use crate::time::Moment;

/// A comment goes out this often, so that a proxy does not take the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

pub(super) async fn follow(
    State(site): State<Shared>,
    LoggedIn(login): LoggedIn,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let follower = Follower {
        account: login.account.into(),
        // Subscribed before the list is read: what changes in between comes twice rather than not at all.
        changes: site.registry.changes(),
        ended: site.logins.ended(login.id),
        expires: Instant::now() + login.expires.after(Moment::now()),
        next: Next::List,
        site,
    };
    let events = futures_util::stream::unfold(follower, |mut follower| async {
        follower.event().await.map(|event| (Ok(event), follower))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

struct Follower {
    site: Shared,
    account: AccountId,
    changes: broadcast::Receiver<EndpointChanged>,
    ended: Arc<CancellationToken>,
    expires: Instant,
    next: Next,
}

enum Next {
    List,
    Changes,
    Nothing,
}

impl Follower {
    /// The next event; `None` ends the connection.
    async fn event(&mut self) -> Option<Event> {
        match self.next {
            Next::Nothing => None,
            Next::List => self.list().await,
            Next::Changes => self.change().await,
        }
    }

    async fn list(&mut self) -> Option<Event> {
        self.next = Next::Changes;
        match endpoints::all(&self.site, self.account).await {
            Ok(list) => Some(event("endpoints", &list)),
            Err(error) => {
                tracing::error!(%error, "cannot list endpoints");
                None
            }
        }
    }

    async fn change(&mut self) -> Option<Event> {
        loop {
            let changed = tokio::select! {
                biased;
                () = self.site.stop.cancelled() => return None,
                () = self.ended.cancelled() => None,
                () = tokio::time::sleep_until(self.expires) => None,
                changed = self.changes.recv() => Some(changed),
            };
            match changed {
                None => {
                    self.next = Next::Nothing;
                    return Some(Event::default().event("logout").data("{}"));
                }
                Some(Ok(changed)) => {
                    if let Some(changed) = endpoints::seen_by(&self.site, self.account, &changed) {
                        return Some(event("endpoint", &changed));
                    }
                }
                Some(Err(RecvError::Lagged(_))) => {
                    self.site.metrics.events_lagged.increment(1);
                    return self.list().await;
                }
                Some(Err(RecvError::Closed)) => return None,
            }
        }
    }
}

fn event(name: &str, data: &impl Serialize) -> Event {
    Event::default().event(name).data(serde_json::to_string(data).unwrap_or_default())
}
