//! Which customers have their page open. The desk hears of the first that opens and the last that closes; what that
//! comes to, and after how long, is its business.

use std::collections::BTreeMap;
use std::sync::Arc;

use desk::SessionId;
use desk::session::{Client, Command};
use parking_lot::Mutex;

use crate::keeper::{AskError, Caller};
use crate::site::Site;

/// Open pages of each session's customer.
#[derive(Debug, Default)]
pub(crate) struct Pages(Mutex<BTreeMap<SessionId, usize>>);

impl Pages {
    /// Whether a session's customer has one.
    pub(crate) fn has(&self, session: SessionId) -> bool {
        self.0.lock().contains_key(&session)
    }
}

/// A customer's page, for as long as it is open.
#[derive(Debug)]
pub(crate) struct Page {
    site: Arc<Site>,
    session: SessionId,
}

impl Page {
    /// A page opens. The customer is there once this returns.
    ///
    /// # Errors
    /// When the desk says that he is not: his session is over.
    pub(crate) async fn open(site: &Arc<Site>, session: SessionId) -> Result<Self, AskError> {
        *site.pages.0.lock().entry(session).or_default() += 1;
        // From here on, whatever happens, it is counted down again.
        let page = Self { site: Arc::clone(site), session };
        site.keeper.ask(Caller::RELAY, Command::CustomerCame { session, client: Client::Chat }).await?;
        Ok(page)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let is_last = {
            let mut pages = self.site.pages.0.lock();
            let left = pages.get(&self.session).map_or(0, |open| open - 1);
            if left == 0 {
                pages.remove(&self.session);
            } else {
                pages.insert(self.session, left);
            }
            left == 0
        };
        if is_last && !self.site.stop.is_cancelled() {
            self.site.tasks.spawn(closed(Arc::clone(&self.site), self.session));
        }
    }
}

/// The last page of a customer closed. Who has an agent running is still there.
async fn closed(site: Arc<Site>, session: SessionId) {
    if site.registry.is_attended(session) || site.pages.has(session) {
        return;
    }
    match site.keeper.ask(Caller::RELAY, Command::CustomerLost { session }).await {
        Ok(_) | Err(AskError::Stopped | AskError::Refused(_)) => {}
        Err(error) => tracing::error!(%error, %session, "the desk does not hear that a customer is gone"),
    }
}
