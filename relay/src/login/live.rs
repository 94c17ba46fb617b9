//! Which logins have something open, so that ending one ends that too.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use crate::db::LoginId;

/// Entries at which those that nobody holds any more are swept out.
const SWEEP_AT: usize = 1024;

/// A token for each login that has something open. Nothing is kept for the others.
#[derive(Debug, Default)]
pub(crate) struct LiveLogins {
    tokens: Mutex<HashMap<LoginId, Weak<CancellationToken>>>,
}

impl LiveLogins {
    /// Fires when the login ends. Keep it for as long as something is open.
    pub(crate) fn token(&self, login: LoginId) -> Arc<CancellationToken> {
        let mut tokens = self.tokens.lock();
        if let Some(token) = tokens.get(&login).and_then(Weak::upgrade) {
            return token;
        }
        if SWEEP_AT <= tokens.len() {
            tokens.retain(|_, token| 0 < token.strong_count());
        }
        let token = Arc::new(CancellationToken::new());
        tokens.insert(login, Arc::downgrade(&token));
        token
    }

    /// The logins that have something open.
    pub(super) fn open(&self) -> Vec<LoginId> {
        let tokens = self.tokens.lock();
        tokens.iter().filter(|(_, token)| 0 < token.strong_count()).map(|(login, _)| *login).collect()
    }

    pub(crate) fn end(&self, login: LoginId) {
        let token = self.tokens.lock().remove(&login).and_then(|token| token.upgrade());
        if let Some(token) = token {
            token.cancel();
        }
    }
}
