//! Showing one display in one rendition to the relay, from pixels to streams.
//!
//! A thread captures and codes ([`capture`]), a task sends ([`send`]), and [`uplink`] is what they share.
//! Dropping a [`Show`] ends both.

mod capture;
mod send;
mod uplink;

use std::sync::Arc;
use std::thread;

use parking_lot::Mutex;
use platform::Waker;
use tokio::task::JoinHandle;
use transport::Link;
use wire::control::{Answer, Refresh};
use wire::{RenditionId, SessionId};

pub use capture::{ShowError, Source};
use uplink::Uplink;

/// One display on its way to the relay.
pub struct Show {
    uplink: Uplink,
    waker: Arc<Mutex<Option<Waker>>>,
    sender: JoinHandle<()>,
}

impl Show {
    /// Starts the thread and the task.
    ///
    /// # Errors
    /// When no thread can be made.
    pub fn start(
        source: Source,
        link: &Link,
        session: SessionId,
        rendition: RenditionId,
    ) -> std::io::Result<Self> {
        let uplink = Uplink::new(session, rendition);
        let waker = Arc::new(Mutex::new(None));
        let (shared, place) = (uplink.clone(), Arc::clone(&waker));
        thread::Builder::new().name(format!("show {rendition}")).spawn(move || {
            if let Err(error) = capture::run(&source, &shared, &place) {
                tracing::warn!(%session, %rendition, %error, "display is not shown any more");
            }
        })?;
        let sender = tokio::spawn(send::run(link.clone(), uplink.clone(), Arc::clone(&waker)));
        Ok(Self { uplink, waker, sender })
    }

    /// The relay asks for tiles again.
    pub fn refresh(&self, refresh: &Refresh) {
        self.uplink.refresh(refresh);
    }

    /// The relay has applied updates.
    pub fn answer(&self, answer: &Answer) {
        self.uplink.answer(answer);
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        self.uplink.stop();
        call(&self.waker);
        self.sender.abort();
    }
}

/// Ends the capture thread's wait for damage.
fn call(waker: &Mutex<Option<Waker>>) {
    if let Some(waker) = &*waker.lock() {
        waker.wake();
    }
}
