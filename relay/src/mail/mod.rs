//! Mail that the desk sends: invitations, in plain text.
//!
//! Whoever sends a letter does not wait for the mail server: letters go into a bounded queue, and one task delivers
//! them, again and again for a while when the server is away. What is given up is counted, and so is what finds no
//! room. Letters that still wait when the relay stops are lost. Start at [`Mailer`].

mod config;
mod letter;
mod server;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use metrics::Counter;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use config::{Config, Security};
pub use letter::{Language, Letter, Text};
pub use server::{SendError, Server};

/// Tries in all. With pauses that double from 30 s on, the last one comes after half an hour.
const TRIES_MAX: u32 = 7;

/// Why a letter is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// The configuration names no mail server.
    #[error("no mail server is configured")]
    Off,
    /// It is no address.
    #[error("this is not an e-mail address")]
    Address,
    /// More letters wait than there is room for.
    #[error("too many letters wait for the mail server")]
    Full,
}

/// What became of letters since the relay started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Letters")]
pub struct Tally {
    /// The mail server took them.
    pub sent: u64,
    /// Tries that came to nothing yet.
    pub retried: u64,
    /// Given up.
    pub failed: u64,
    /// Found no room.
    pub dropped: u64,
}

/// Counts letters, for Prometheus and for the page that shows how the relay is.
#[derive(Clone)]
pub struct MailMetrics {
    sent: Count,
    retried: Count,
    failed: Count,
    dropped: Count,
}

impl MailMetrics {
    /// Registers the counters with the recorder that is current.
    pub fn register() -> Self {
        let count = |outcome| Count {
            counter: metrics::counter!("nearhand_mails_total", "outcome" => outcome),
            total: Arc::default(),
        };
        Self {
            sent: count("sent"),
            retried: count("retried"),
            failed: count("failed"),
            dropped: count("dropped"),
        }
    }

    fn tally(&self) -> Tally {
        let total = |count: &Count| count.total.load(Relaxed);
        Tally {
            sent: total(&self.sent),
            retried: total(&self.retried),
            failed: total(&self.failed),
            dropped: total(&self.dropped),
        }
    }
}

impl std::fmt::Debug for MailMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.tally().fmt(f)
    }
}

/// A counter that can be read, too.
#[derive(Clone)]
struct Count {
    counter: Counter,
    total: Arc<AtomicU64>,
}

impl Count {
    fn increment(&self, by: u64) {
        self.counter.increment(by);
        self.total.fetch_add(by, Relaxed);
    }
}

/// Takes letters for the mail server. Clones share its queue.
#[derive(Debug, Clone)]
pub struct Mailer {
    queue: Option<mpsc::Sender<Waiting>>,
    metrics: MailMetrics,
}

/// A letter on its way.
#[derive(Debug)]
struct Waiting {
    to: String,
    text: Text,
    /// How often it was tried.
    tries: u32,
    due: Instant,
}

impl Mailer {
    /// Starts the task that delivers, until `stop`. Without a server in the configuration there is none.
    ///
    /// # Errors
    /// When a file that the configuration names cannot be used.
    pub fn start(
        config: &Config,
        metrics: MailMetrics,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Result<Self, SendError> {
        let Some(server) = Server::new(config)? else { return Ok(Self { queue: None, metrics }) };
        let waiting_max = config.queue_max as usize;
        let (queue, letters) = mpsc::channel(waiting_max);
        let carrier = Carrier {
            server,
            letters,
            waiting: VecDeque::new(),
            waiting_max,
            pause: Duration::from_secs(u64::from(config.retry_s)),
            metrics: metrics.clone(),
        };
        tasks.spawn(carrier.run(stop));
        Ok(Self { queue: Some(queue), metrics })
    }

    /// Whether there is a server, and room for a letter.
    ///
    /// # Errors
    /// When there is not.
    pub fn is_ready(&self) -> Result<(), MailError> {
        let queue = self.queue.as_ref().ok_or(MailError::Off)?;
        if 0 < queue.capacity() { Ok(()) } else { Err(MailError::Full) }
    }

    /// Whether the configuration names a mail server.
    pub fn is_on(&self) -> bool {
        self.queue.is_some()
    }

    /// What became of letters since the relay started.
    pub fn tally(&self) -> Tally {
        self.metrics.tally()
    }

    /// Sends a letter to one address. It is on its way when this returns; nobody learns whether it arrived.
    ///
    /// # Errors
    /// When there is no mail server, the address is none, or the queue is full.
    pub fn send(&self, to: &str, letter: &Letter, language: Language) -> Result<(), MailError> {
        let queue = self.queue.as_ref().ok_or(MailError::Off)?;
        if !server::is_address(to) {
            return Err(MailError::Address);
        }
        let text = letter.text(language);
        let waiting = Waiting { to: to.to_owned(), text, tries: 0, due: Instant::now() };
        queue.try_send(waiting).map_err(|_| {
            self.metrics.dropped.increment(1);
            MailError::Full
        })
    }
}

/// The task that delivers.
struct Carrier {
    server: Server,
    letters: mpsc::Receiver<Waiting>,
    /// Taken from `letters` between two deliveries, in the order in which they came; those that are tried again are at the end.
    waiting: VecDeque<Waiting>,
    waiting_max: usize,
    pause: Duration,
    metrics: MailMetrics,
}

impl Carrier {
    async fn run(mut self, stop: CancellationToken) {
        loop {
            let next = self.waiting.iter().map(|waiting| waiting.due).min();
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                letter = self.letters.recv() => match letter {
                    Some(letter) => self.take(letter),
                    None => break,
                },
                () = until(next) => {
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => break,
                        () = self.deliver_next() => {}
                    }
                }
            }
        }
        if !self.waiting.is_empty() {
            tracing::warn!(target: "relay::mail", letters = self.waiting.len(), "not sent before the stop");
        }
    }

    fn take(&mut self, letter: Waiting) {
        if self.waiting.len() < self.waiting_max {
            self.waiting.push_back(letter);
        } else {
            self.metrics.dropped.increment(1);
        }
    }

    /// Tries the first letter that is due.
    async fn deliver_next(&mut self) {
        let now = Instant::now();
        let Some(first) = self.waiting.iter().position(|waiting| waiting.due <= now) else { return };
        let Some(mut letter) = self.waiting.remove(first) else { return };
        letter.tries += 1;
        match self.server.send(&letter.to, &letter.text).await {
            Ok(()) => self.metrics.sent.increment(1),
            Err(error) if error.is_final() || TRIES_MAX <= letter.tries => {
                tracing::error!(target: "relay::mail", %error, tries = letter.tries, "a letter is given up");
                self.metrics.failed.increment(1);
            }
            Err(error) => {
                tracing::warn!(target: "relay::mail", %error, tries = letter.tries, "a letter has to wait");
                self.metrics.retried.increment(1);
                letter.due = Instant::now() + self.pause * 2_u32.saturating_pow(letter.tries - 1);
                self.waiting.push_back(letter);
            }
        }
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
