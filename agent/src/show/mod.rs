//! Showing one display in one rendition to the relay, from pixels to streams.
//!
//! A thread captures and codes ([`capture`]) as much at once as [`budget`] says, a task sends ([`send`]), and [`uplink`]
//! is what they share. They run
//! while somebody watches; a [`Show`] itself lasts as long as its session, for the numbers of its updates go on.

mod budget;
mod capture;
mod send;
mod uplink;
mod video;

use std::sync::Arc;
use std::thread;

use parking_lot::Mutex;
use platform::Waker;
use transport::Link;
use wire::control::{Answer, Refresh};
use wire::{RenditionId, SessionId};

pub use capture::{ShowError, Source};
use uplink::Uplink;

/// One display on its way to the relay.
pub struct Show {
    session: SessionId,
    rendition: RenditionId,
    uplink: Uplink,
    waker: Arc<Mutex<Option<Waker>>>,
}

impl Show {
    /// A display that nobody watches yet.
    pub fn new(session: SessionId, rendition: RenditionId) -> Self {
        let uplink = Uplink::new(session, rendition);
        Self { session, rendition, uplink, waker: Arc::default() }
    }

    /// Somebody watches: starts the thread and the task.
    ///
    /// # Errors
    /// When no thread can be made.
    pub fn begin(&self, source: Source, link: &Link) -> std::io::Result<()> {
        let turn = self.uplink.begin();
        let (session, rendition) = (self.session, self.rendition);
        let (uplink, waker) = (self.uplink.clone(), Arc::clone(&self.waker));
        thread::Builder::new().name(format!("show {rendition}")).spawn(move || {
            if let Err(error) = capture::run(&source, &uplink, turn, &waker) {
                tracing::warn!(%session, %rendition, %error, "display is not shown any more");
            }
        })?;
        tokio::spawn(send::run(link.clone(), self.uplink.clone(), turn, Arc::clone(&self.waker)));
        Ok(())
    }

    /// Whether what moves is wanted as video, and what the best-served viewer takes; 0: not known.
    pub fn demand(&self, is_video: bool, bytes_per_second: u32) {
        self.uplink.demand(is_video, bytes_per_second);
        call(&self.waker);
    }

    /// Nobody watches any more.
    pub fn end(&self) {
        self.uplink.end();
        call(&self.waker);
    }

    /// Whether somebody watches.
    pub fn is_on(&self) -> bool {
        self.uplink.is_watched()
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
        self.end();
    }
}

/// Ends the capture thread's wait for damage.
fn call(waker: &Mutex<Option<Waker>>) {
    if let Some(waker) = &*waker.lock() {
        waker.wake();
    }
}
