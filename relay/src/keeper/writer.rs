//! The one task that changes the desk.
//!
//! It decides on a copy of its own, ahead of what readers see, and shows the result once it is on the disk. What
//! gathers while the disk is busy goes into the next transaction together. When a transaction fails, the copy is
//! made anew from what is shown: nothing of it has happened.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use desk::session::Event as SessionEvent;
use desk::{Actor, Command, Desk, EntityId, Event, key, session};
use jiff::Timestamp;
use parking_lot::RwLock;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::db::{Db, DbError, Statement, Tx, sql};
use crate::keeper::audit::{Fact, Line};
use crate::keeper::store::{self, Head, Loaded, PastSession};
use crate::keeper::{AskError, Caller, Happened, NEWS_MAX, News, Recent, now};
use crate::metrics::DeskMetrics;

/// Commands that are decided and stored together. More would only make the first of them wait.
const TOGETHER_MAX: usize = 256;

/// How often a race that was lost to another process is run again.
const TRIES_MAX: usize = 8;

/// How often the log is looked at for what another process wrote, when nothing else happens.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The shortest time between two looks at what time alone changes.
const TICK_MIN: Duration = Duration::from_millis(200);

/// What the writer is asked for.
pub(super) enum Wish {
    Command { caller: Caller, command: Command, beside: Option<Statement>, answer: Answer },
    Note { caller: Caller, fact: Fact, answer: Answer },
}

pub(super) type Answer = oneshot::Sender<Result<Vec<Happened>, AskError>>;

/// What is shown to everybody else.
pub(super) struct Readers {
    pub(super) shown: Arc<RwLock<Desk>>,
    pub(super) news: broadcast::Sender<Happened>,
    pub(super) recent: Recent,
}

/// The task.
pub(super) struct Writer {
    db: Db,
    readers: Readers,
    metrics: DeskMetrics,
    /// The desk as the next command finds it.
    ahead: Desk,
    head: Head,
}

impl Writer {
    pub(super) fn new(db: Db, loaded: Loaded, readers: Readers, metrics: DeskMetrics) -> Self {
        Self { db, readers, metrics, ahead: loaded.desk, head: loaded.head }
    }

    pub(super) async fn run(mut self, mut wishes: mpsc::Receiver<Wish>, stop: CancellationToken) {
        let mut gathered = Vec::new();
        let mut wake = Instant::now();
        loop {
            tokio::select! {
                biased;
                count = wishes.recv_many(&mut gathered, TOGETHER_MAX) => match count {
                    0 => return,
                    _ => self.serve(std::mem::take(&mut gathered)).await,
                },
                // What was asked before is still decided: the queue is closed, and runs empty.
                () = stop.cancelled(), if !wishes.is_closed() => wishes.close(),
                () = sleep_until(wake) => {
                    if self.is_due() || self.is_behind().await {
                        self.serve(Vec::new()).await;
                    }
                    wake = self.next_wake();
                }
            }
        }
    }

    /// Whether time alone changes something now.
    fn is_due(&self) -> bool {
        self.ahead.due(now()).is_some_and(|due| due <= now())
    }

    /// Whether another process has written. A failure is found by the next write.
    async fn is_behind(&self) -> bool {
        let last = self.db.first::<(i64,)>(sql("SELECT coalesce(max(seq), 0) FROM audit")).await;
        last.is_ok_and(|last| last.is_some_and(|(seq,)| self.head.seq < seq.cast_unsigned()))
    }

    /// When to look again: for what time changes, but never at once, and for what others write.
    fn next_wake(&self) -> Instant {
        let until_due = |due: Timestamp| Duration::try_from(due.duration_since(now())).unwrap_or_default();
        let wait = self.ahead.due(now()).map_or(LOOK_EVERY, until_due);
        Instant::now() + wait.clamp(TICK_MIN, LOOK_EVERY)
    }

    /// Decides and stores all wishes together, and answers them.
    async fn serve(&mut self, wishes: Vec<Wish>) {
        let began = Instant::now();
        for tries in 1..=TRIES_MAX {
            match self.attempt(&wishes).await {
                Ok(batch) => {
                    self.metrics.batch(wishes.len(), batch.lines.len(), began.elapsed());
                    return self.show(batch, wishes);
                }
                Err(error) if error.is_lost_race() && tries < TRIES_MAX => {
                    self.metrics.races_lost.increment(1);
                    self.ahead = self.readers.shown.read().clone();
                }
                Err(error) => {
                    tracing::error!(%error, "the desk cannot write");
                    self.metrics.failures.increment(1);
                    self.ahead = self.readers.shown.read().clone();
                    return refuse(wishes, error);
                }
            }
        }
    }

    /// One transaction: catches up, decides, stores.
    async fn attempt(&mut self, wishes: &[Wish]) -> Result<Batch, DbError> {
        let mut tx = self.db.begin_write().await?;
        let (caught_up, head) = store::behind(&mut tx, self.head).await?;
        for line in &caught_up {
            if let Fact::Desk(event) = &line.fact {
                self.ahead.apply(line.at, event);
            }
        }
        if !caught_up.is_empty() {
            // What others wrote is on the disk whatever becomes of this batch.
            self.take_over(caught_up, head);
        }
        let mut batch = Batch::new(self.head, now());
        for wish in wishes {
            self.decide(&mut batch, wish);
        }
        self.decide_tick(&mut batch);
        if batch.lines.is_empty() {
            return Ok(batch);
        }
        self.store(&mut tx, &mut batch).await?;
        tx.commit().await?;
        Ok(batch)
    }

    fn decide(&mut self, batch: &mut Batch, wish: &Wish) {
        let from = batch.lines.len();
        let outcome = match wish {
            Wish::Command { caller, command, beside, .. } => {
                match self.ahead.handle(batch.at, caller.actor, command.clone()) {
                    Ok(events) => {
                        for event in events {
                            self.happens(batch, caller, event);
                        }
                        batch.beside.extend(beside.clone());
                        Ok(from..batch.lines.len())
                    }
                    Err(refusal) => Err(refusal),
                }
            }
            Wish::Note { caller, fact, .. } => {
                batch.push(caller, fact.clone());
                Ok(from..batch.lines.len())
            }
        };
        batch.outcomes.push(outcome);
    }

    /// What time alone changes.
    fn decide_tick(&mut self, batch: &mut Batch) {
        if self.ahead.due(batch.at).is_none_or(|due| batch.at < due) {
            return;
        }
        for tick in [Command::from(session::Command::Tick), Command::from(key::Command::Tick)] {
            match self.ahead.handle(batch.at, Actor::Relay, tick) {
                Ok(events) => {
                    for event in events {
                        self.happens(batch, &Caller::RELAY, event);
                    }
                }
                Err(refusal) => tracing::error!(%refusal, "the desk refuses the time"),
            }
        }
    }

    fn happens(&mut self, batch: &mut Batch, caller: &Caller, event: Event) {
        if let Event::Session(end @ SessionEvent::Ended { session, .. }) = &event
            && let Some(state) = self.ahead.session(*session)
        {
            let (session, state, end) = (*session, state.clone(), end.clone());
            batch.past.push(PastSession { session, state, ended: batch.at, end });
        }
        self.ahead.apply(batch.at, &event);
        batch.touched.extend(event.touches());
        batch.push(caller, Fact::Desk(event));
    }

    async fn store(&self, tx: &mut Tx, batch: &mut Batch) -> Result<(), DbError> {
        for line in &batch.lines {
            batch.head = store::write_line(tx, batch.head, line).await?;
            if let Fact::Desk(event) = &line.fact {
                store::write_event(tx, line.at, line.by, event).await?;
            }
        }
        batch.touched.insert(EntityId::Counter);
        for &id in &batch.touched {
            store::write_piece(tx, id, self.ahead.snapshot(id).as_ref()).await?;
        }
        for past in &batch.past {
            store::write_past(tx, past).await?;
        }
        for statement in &batch.beside {
            tx.run(statement.clone()).await?;
        }
        Ok(())
    }

    /// What is on the disk is shown, told and answered, in this order.
    fn show(&mut self, batch: Batch, wishes: Vec<Wish>) {
        let lines = self.take_over(batch.lines, batch.head);
        for (wish, outcome) in wishes.into_iter().zip(batch.outcomes) {
            let (Wish::Command { answer, .. } | Wish::Note { answer, .. }) = wish;
            let result = outcome.map(|range| lines[range].to_vec()).map_err(AskError::Refused);
            // Whoever asked may have gone meanwhile; what he asked for has happened.
            let _ = answer.send(result);
        }
    }

    /// Shows lines that are on the disk to readers and followers.
    fn take_over(&mut self, lines: Vec<Line>, head: Head) -> Vec<Happened> {
        self.head = head;
        let mut shown = self.readers.shown.write();
        let apply = |line: Line| {
            let news = News::new(line, &shown);
            if let Some(event) = news.event() {
                shown.apply(news.line.at, event);
            }
            Arc::new(news)
        };
        let happened: Vec<Happened> = lines.into_iter().map(apply).collect();
        drop(shown);
        let mut recent = self.readers.recent.lock();
        recent.extend(happened.iter().cloned());
        let too_many = recent.len().saturating_sub(NEWS_MAX);
        recent.drain(..too_many);
        drop(recent);
        for news in &happened {
            // Nobody may be following, which is no failure.
            let _ = self.readers.news.send(Arc::clone(news));
        }
        happened
    }
}

/// What is decided and stored together.
struct Batch {
    at: Timestamp,
    head: Head,
    lines: Vec<Line>,
    touched: BTreeSet<EntityId>,
    past: Vec<PastSession>,
    /// What those who asked have to write with it.
    beside: Vec<Statement>,
    /// For each wish the lines that it came to, or why it is refused.
    outcomes: Vec<Result<std::ops::Range<usize>, desk::Refusal>>,
    last_seq: u64,
}

impl Batch {
    fn new(head: Head, at: Timestamp) -> Self {
        let (lines, touched, past, beside, outcomes) = Default::default();
        Self { at, head, lines, touched, past, beside, outcomes, last_seq: head.seq }
    }

    fn push(&mut self, caller: &Caller, fact: Fact) {
        self.last_seq += 1;
        self.lines.push(Line::new(self.last_seq, self.at, caller, fact));
    }
}

fn refuse(wishes: Vec<Wish>, error: DbError) {
    let error = AskError::Db(Arc::new(error));
    for wish in wishes {
        let (Wish::Command { answer, .. } | Wish::Note { answer, .. }) = wish;
        let _ = answer.send(Err(error.clone()));
    }
}
