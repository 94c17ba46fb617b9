//! The support desk at work: one copy of it in memory, every change of it in the database, and the news.
//!
//! The rules are those of the crate `desk`; here they only meet the clock, the database and those who ask. A
//! command goes through [`Keeper::ask`] to one task, which decides what has gathered while the disk was busy, stores
//! it in one transaction, and only then shows it to readers, tells it to followers and answers. So an answer is on
//! the disk, and nobody reads what may yet be lost.
//!
//! Every event is one line of the audit log ([`audit`]), whose numbers order everything that happens: a process that
//! shares the database (another relay, `relay admin …`) finds by them that it is behind, catches up, and decides
//! again.

pub(crate) mod audit;
mod caller;
pub(crate) mod store;
mod writer;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use desk::key::Digest;
use desk::session::Queue;
use desk::{AccountId, Audience, Command, Desk, Event, Refusal};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use parking_lot::{Mutex, RwLock, RwLockReadGuard};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::db::{Db, DbError, Statement};
use crate::login::{Note, NoteError, Notebook};
use crate::metrics::Metrics;

pub(crate) use audit::{ActFact, Fact, Line, LoginFact, RatingFact};
pub(crate) use caller::Caller;
use writer::{Readers, Wish, Writer};

/// Commands that may wait for the disk. At 300 writes a second this is more than three seconds' worth.
const QUEUE_MAX: usize = 1024;

/// Lines that a slow follower may be behind before it has to read the log.
const NEWS_MAX: usize = 4096;

/// How long a command may take, from its queue to the disk.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Something that happened, shared by all who hear of it.
pub(crate) type Happened = Arc<News>;

/// A line of the log, and whom it concerns.
#[derive(Debug, Clone)]
pub(crate) struct News {
    pub(crate) line: Line,
    /// Who must hear of it.
    pub(crate) audience: Audience,
    /// The queue in which something arrives by it.
    pub(crate) arrives_in: Option<Queue>,
    /// Who is told by mail.
    pub(crate) mails: Vec<AccountId>,
}

impl News {
    /// `before` is the desk to which the line's event was not applied yet.
    fn new(line: Line, before: &Desk) -> Self {
        let (audience, arrives_in, mails) = match &line.fact {
            Fact::Desk(event) => (event.audience(before), event.arrives_in(before), event.mails(before)),
            Fact::Login(_) | Fact::Rating(_) | Fact::Act(_) => {
                (Audience { administrators: true, ..Audience::default() }, None, Vec::new())
            }
        };
        Self { line, audience, arrives_in, mails }
    }

    /// The event, where it is one of the desk.
    pub(crate) fn event(&self) -> Option<&Event> {
        match &self.line.fact {
            Fact::Desk(event) => Some(event),
            Fact::Login(_) | Fact::Rating(_) | Fact::Act(_) => None,
        }
    }
}

/// Why a command came to nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum AskError {
    /// A rule forbids it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// More is asked than the database keeps up with.
    #[error("the desk has more to do than it can; try again in a moment")]
    Busy,
    /// The database failed. Nothing has changed.
    #[error("the desk cannot write: {0}")]
    Db(Arc<DbError>),
    /// The relay stops.
    #[error("the relay stops")]
    Stopped,
}

impl From<DbError> for AskError {
    fn from(error: DbError) -> Self {
        Self::Db(Arc::new(error))
    }
}

/// The desk, as all parts of the relay share it. Clones are the same desk.
#[derive(Debug, Clone)]
pub(crate) struct Keeper {
    shown: Arc<RwLock<Desk>>,
    wishes: mpsc::Sender<Wish>,
    news: broadcast::Sender<Happened>,
    recent: Recent,
    db: Db,
}

/// The newest lines, oldest first, for followers who come back after a gap.
type Recent = Arc<Mutex<VecDeque<Happened>>>;

impl Keeper {
    /// Reads the desk from the database and starts the task that writes it, until `stop`.
    ///
    /// # Errors
    /// When the database cannot be read, or holds what no relay wrote.
    pub(crate) async fn load(
        db: Db,
        metrics: &Metrics,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Result<Self, DbError> {
        let loaded = store::load(&db).await?;
        let shown = Arc::new(RwLock::new(loaded.desk.clone()));
        let (wishes, receiver) = mpsc::channel(QUEUE_MAX);
        let (news, recent) = (broadcast::channel(NEWS_MAX).0, Recent::default());
        let readers = Readers { shown: Arc::clone(&shown), news: news.clone(), recent: Arc::clone(&recent) };
        let writer = Writer::new(db.clone(), loaded, readers, metrics.desk.clone());
        tasks.spawn(writer.run(receiver, stop));
        Ok(Self { shown, wishes, news, recent, db })
    }

    /// The desk as it is on the disk. Held for a moment only, and never over an await.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Desk> {
        self.shown.read()
    }

    /// Gives a command and waits until what it came to is on the disk.
    pub(crate) async fn ask(
        &self,
        caller: Caller,
        command: impl Into<Command>,
    ) -> Result<Vec<Happened>, AskError> {
        self.ask_beside(caller, command, None).await
    }

    /// The same, and writes something of the relay's own in the same transaction: both happen, or neither.
    pub(crate) async fn ask_beside(
        &self,
        caller: Caller,
        command: impl Into<Command>,
        beside: Option<Statement>,
    ) -> Result<Vec<Happened>, AskError> {
        let (answer, answered) = oneshot::channel();
        let wish = Wish::Command { caller, command: command.into(), beside, answer };
        self.wishes.try_send(wish).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => AskError::Busy,
            mpsc::error::TrySendError::Closed(_) => AskError::Stopped,
        })?;
        match timeout(ANSWER_TIMEOUT, answered).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(AskError::Stopped),
            Err(_) => Err(AskError::Busy),
        }
    }

    /// Writes something into the log that the desk's rules have no say in. Whoever must not lose it waits.
    pub(crate) async fn note(&self, caller: Caller, fact: Fact) -> Result<(), AskError> {
        let (answer, answered) = oneshot::channel();
        let wish = Wish::Note { caller, fact, answer };
        self.wishes.try_send(wish).map_err(|_| AskError::Busy)?;
        match timeout(ANSWER_TIMEOUT, answered).await {
            Ok(Ok(answer)) => answer.map(|_| ()),
            Ok(Err(_)) => Err(AskError::Stopped),
            Err(_) => Err(AskError::Busy),
        }
    }

    /// Everything that happens from now on.
    pub(crate) fn follow(&self) -> broadcast::Receiver<Happened> {
        self.news.subscribe()
    }

    /// What happened behind a line, oldest first; `None` when that is too long ago to be known here.
    pub(crate) fn since(&self, seq: u64) -> Option<Vec<Happened>> {
        let recent = self.recent.lock();
        let next = recent.partition_point(|happened| happened.line.seq <= seq);
        // Either the line itself is still there, or what follows it is the first that is.
        let known = recent.get(next.wrapping_sub(1)).or(recent.front());
        let is_whole = known.is_none_or(|line| line.line.seq <= seq.saturating_add(1));
        is_whole.then(|| recent.range(next..).cloned().collect())
    }

    /// The database behind it, for what the desk does not keep in memory.
    pub(crate) fn db(&self) -> &Db {
        &self.db
    }
}

impl Notebook for Keeper {
    fn note(&self, note: Note) -> BoxFuture<'_, Result<(), NoteError>> {
        let fact = Fact::Login(LoginFact::new(note.event, note.account, note.detail));
        let written = Self::note(self, note.asker.into(), fact);
        Box::pin(async { written.await.map_err(|error| NoteError(error.to_string())) })
    }
}

/// The digest of a secret that is random and long, so that nobody can guess it from its digest.
pub(crate) fn digest_of(secret: &[u8]) -> Digest {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, secret).as_ref());
    Digest::new(bytes)
}

/// The time as the log has it: whole milliseconds, so that what is replayed is what was decided.
pub(crate) fn now() -> Timestamp {
    let ms = crate::time::Moment::now().to_ms();
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
