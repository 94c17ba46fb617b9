//! Coming and going beside a steady load: technicians who join and close their link, or crash, and agents that
//! crash and come back.
//!
//! A crash is one: who crashes has a runtime and a thread of his own, which stop without another packet.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::Serialize;
use tokio::runtime::Builder;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use view::access::{Entry, Pass};

use crate::agent;
use crate::crowd::Actor;
use crate::stamps::Stamps;
use crate::tally::Tally;
use crate::target::Relay;
use crate::technician::{Habit, Showing, watch};

/// How long one stays.
const STAY: std::ops::Range<f64> = 0.2..3.0;

/// How long an agent that crashed is away: less than the relay takes to miss it.
const AWAY: Duration = Duration::from_millis(200);

/// What came and went.
#[derive(Debug, Default)]
pub struct Churn {
    joins: AtomicU64,
    pictures: AtomicU64,
    failures: AtomicU64,
    crashes: AtomicU64,
}

/// The same, as numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Churned {
    /// Technicians who came.
    pub joins: u64,
    /// Of those, how many had a picture before they went.
    pub pictures: u64,
    /// How many were refused, or lost before they went.
    pub failures: u64,
    /// Agents and technicians that crashed.
    pub crashes: u64,
}

/// How a technician goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Closes his link.
    Closes,
    /// Says nothing at all.
    Crashes,
}

impl Churn {
    /// What came and went so far.
    pub fn counted(&self) -> Churned {
        Churned {
            joins: self.joins.load(Relaxed),
            pictures: self.pictures.load(Relaxed),
            failures: self.failures.load(Relaxed),
            crashes: self.crashes.load(Relaxed),
        }
    }

    /// Lets technicians come `per_second` to random sessions, until this is dropped. Their login is that of the others:
    /// an account has one console, and a second login would take it over.
    ///
    /// # Errors
    /// When the relay gives no ticket.
    pub async fn technicians(
        self: Arc<Self>,
        entry: &Entry,
        actors: &[Actor],
        per_second: f64,
    ) -> anyhow::Result<()> {
        anyhow::ensure!(0.0 < per_second && !actors.is_empty(), "nobody to come, or nowhere to go");
        let mut random = StdRng::seed_from_u64(4);
        let mut beat = tokio::time::interval(Duration::from_secs_f64(1.0 / per_second));
        loop {
            beat.tick().await;
            let actor = actors[random.random_range(0..actors.len())].clone();
            // Nobody says that he leaves: it is one account, and the session would be over for the others, too.
            let exit = [Exit::Closes, Exit::Crashes][random.random_range(0..2)];
            let stay = Duration::from_secs_f64(random.random_range(STAY));
            let (pass, churn) = (entry.pass().await?, Arc::clone(&self));
            if exit == Exit::Crashes {
                std::thread::Builder::new()
                    .name("crashes".to_owned())
                    .spawn(move || in_own_runtime(churn.visit(pass, actor, stay, exit)))?;
            } else {
                tokio::spawn(async move { churn.visit(pass, actor, stay, exit).await });
            }
        }
    }

    /// One agent connects, crashes, and comes back, again and again, until this is dropped.
    ///
    /// # Errors
    /// When the relay does not let it enrol.
    pub async fn agent(self: Arc<Self>, relay: &Relay, name: &str) -> anyhow::Result<()> {
        let folder = Arc::new(tempfile::tempdir()?);
        let token = relay.entry().enrolment(name).await?;
        drop(agent::enrol_in(folder.path(), &token, relay.address()).await?);
        let mut random = StdRng::seed_from_u64(5);
        loop {
            let stay = Duration::from_secs_f64(random.random_range(STAY));
            let (folder, address, pin) = (Arc::clone(&folder), relay.address().to_owned(), relay.pin());
            let life = async move {
                let connected = agent::come_back(folder.path(), pin, &address).await?;
                let _ = timeout(stay, agent::idle(connected)).await;
                anyhow::Ok(())
            };
            let lived = tokio::task::spawn_blocking(move || in_own_runtime(life)).await?;
            match lived {
                Ok(()) => self.crashes.fetch_add(1, Relaxed),
                Err(_) => self.failures.fetch_add(1, Relaxed),
            };
            tokio::time::sleep(AWAY).await;
        }
    }

    async fn visit(
        self: Arc<Self>,
        pass: Pass,
        actor: Actor,
        stay: Duration,
        exit: Exit,
    ) -> anyhow::Result<()> {
        self.joins.fetch_add(1, Relaxed);
        let (tally, leave) = (Arc::new(Tally::default()), CancellationToken::new());
        let stamps: Arc<Stamps> = Arc::clone(&actor.stamps);
        let showing = Arc::new(Showing::new(stamps, Arc::clone(&tally)));
        let watching = watch(pass, &actor.endpoint, Habit::PROMPT, showing, &leave);
        let left = timeout(stay, watching).await.unwrap_or(Ok(()));
        self.failures.fetch_add(u64::from(left.is_err()), Relaxed);
        self.crashes.fetch_add(u64::from(exit == Exit::Crashes), Relaxed);
        self.pictures.fetch_add(u64::from(0 < tally.updates()), Relaxed);
        left
    }
}

/// Runs something that stops without a goodbye when it is done: its sockets close, and nobody sends for it any more.
fn in_own_runtime(life: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let lived = runtime.block_on(life);
    runtime.shutdown_background();
    lived
}
