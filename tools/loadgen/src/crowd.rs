//! Many agents and technicians at once, and what becomes of them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use futures_util::StreamExt;
use futures_util::stream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use view::access::Entry;

use crate::agent;
use crate::content::Content;
use crate::stamps::Stamps;
use crate::tally::Tally;
use crate::target::{Relay, SESSIONS_EACH};
use crate::technician::{Habit, Showing, watch};

/// Links that are opened at the same time. More would only wait for each other, and look like a flood.
const OPENING_MAX: usize = 32;

/// How often the age of pictures is looked at.
const SAMPLE_EVERY: Duration = Duration::from_millis(10);

/// Messages of peers that ended which are kept.
const FAULTS_MAX: usize = 20;

/// An agent that shows something.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The relay's name for its endpoint.
    pub endpoint: String,
    /// When it captured what.
    pub stamps: Arc<Stamps>,
}

/// Everybody who came. They go when this is dropped.
pub struct Crowd {
    tasks: JoinSet<anyhow::Result<()>>,
    actors: Vec<Actor>,
    showings: Arc<parking_lot::Mutex<Vec<Arc<Showing>>>>,
    leave: CancellationToken,
    faults: Vec<String>,
    idle: usize,
}

impl Default for Crowd {
    fn default() -> Self {
        let showings = Arc::<parking_lot::Mutex<Vec<Arc<Showing>>>>::default();
        let leave = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(sample_ages(Arc::clone(&showings)));
        Self { tasks, actors: Vec::new(), showings, leave, faults: Vec::new(), idle: 0 }
    }
}

impl Crowd {
    /// Agents that show something.
    pub fn actors(&self) -> &[Actor] {
        &self.actors
    }

    /// Agents that show nothing.
    pub fn idle(&self) -> usize {
        self.idle
    }

    /// Technicians that came.
    pub fn technicians(&self) -> usize {
        self.showings.lock().len()
    }

    /// `count` agents enrol and show `content`, spread over `ramp`.
    ///
    /// # Errors
    /// When the relay refuses one.
    pub async fn add_actors(
        &mut self,
        relay: &Relay,
        count: usize,
        content: &Content,
        ramp: Duration,
        tally: &Arc<Tally>,
    ) -> anyhow::Result<()> {
        let before = self.actors.len();
        let mut opening = opening(count, ramp, |number| async move {
            let token = relay.entry().enrolment(&format!("load {}", before + number)).await?;
            agent::enrol(&token, relay.address()).await
        });
        while let Some(connected) = opening.next().await {
            let connected = connected.context("an agent")?;
            let stamps = Arc::new(Stamps::default());
            let endpoint = connected.welcome.endpoint_id.clone();
            let seed = self.actors.len() as u64;
            self.actors.push(Actor { endpoint, stamps: Arc::clone(&stamps) });
            self.tasks.spawn(agent::show(connected, content.clone(), seed, stamps, Arc::clone(tally)));
        }
        Ok(())
    }

    /// `count` agents enrol and are only there, spread over `ramp`; `progress` is told how many there are.
    ///
    /// # Errors
    /// When the relay refuses one.
    pub async fn add_idle(
        &mut self,
        relay: &Relay,
        count: usize,
        ramp: Duration,
        mut progress: impl FnMut(usize),
    ) -> anyhow::Result<()> {
        let before = self.idle;
        let mut opening = opening(count, ramp, |number| async move {
            let token = relay.entry().enrolment(&format!("idle {}", before + number)).await?;
            agent::enrol(&token, relay.address()).await
        });
        while let Some(connected) = opening.next().await {
            self.tasks.spawn(agent::idle(connected.context("an idle agent")?));
            self.idle += 1;
            progress(self.idle);
        }
        Ok(())
    }

    /// A technician for each of `places`, which are numbers of actors and the habit there, spread over `ramp`. `entries`
    /// are as [`Relay::entries`] gives them.
    ///
    /// # Errors
    /// When the relay gives no ticket.
    pub async fn add_technicians(
        &mut self,
        entries: &[Entry],
        places: &[(usize, Habit)],
        ramp: Duration,
        tally: &Arc<Tally>,
    ) -> anyhow::Result<()> {
        let mut opening = opening(places.len(), ramp, |number| async move {
            let (actor, habit) = places.get(number).copied().context("a place")?;
            let entry = entries.get(actor / SESSIONS_EACH).context("a login for each session")?;
            anyhow::Ok((actor, habit, entry.pass().await?))
        });
        while let Some(opened) = opening.next().await {
            let (number, habit, pass) = opened.context("a ticket")?;
            let actor = self.actors.get(number).context("an actor")?.clone();
            let showing = Arc::new(Showing::new(Arc::clone(&actor.stamps), Arc::clone(tally)));
            self.showings.lock().push(Arc::clone(&showing));
            let leave = self.leave.clone();
            self.tasks.spawn(async move { watch(pass, &actor.endpoint, habit, showing, &leave).await });
        }
        Ok(())
    }

    /// All technicians leave.
    pub fn dismiss(&self) {
        self.leave.cancel();
        self.showings.lock().clear();
    }

    /// Peers that ended by themselves since the last time. [`Crowd::faults`] says why.
    pub fn ended(&mut self) -> u64 {
        let mut count = 0;
        while let Some(ended) = self.tasks.try_join_next() {
            let Err(error) = ended.map_err(anyhow::Error::from).flatten() else { continue };
            count += 1;
            if self.faults.len() < FAULTS_MAX {
                self.faults.push(format!("{error:#}"));
            }
        }
        count
    }

    /// Why peers ended, the first few.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// Makes sure that everybody is still there.
    ///
    /// # Errors
    /// Names the first that is not.
    pub fn all_there(&mut self) -> anyhow::Result<()> {
        match self.ended() {
            0 => Ok(()),
            count => anyhow::bail!("{count} peers ended, such as: {:?}", self.faults.first()),
        }
    }
}

/// Opens `count` things, some at a time and not faster than the ramp.
fn opening<'a, T, F>(
    count: usize,
    ramp: Duration,
    open: impl Fn(usize) -> F + 'a,
) -> impl futures_util::Stream<Item = anyhow::Result<T>> + Unpin + 'a
where
    F: Future<Output = anyhow::Result<T>> + 'a,
    T: 'a,
{
    let start = Instant::now();
    let opening = move |number: usize| {
        let opened = open(number);
        async move {
            sleep_until(start + ramp.mul_f64(number as f64 / count.max(1) as f64)).await;
            opened.await
        }
    };
    Box::pin(stream::iter((0..count).map(opening)).buffer_unordered(OPENING_MAX))
}

async fn sample_ages(showings: Arc<parking_lot::Mutex<Vec<Arc<Showing>>>>) -> anyhow::Result<()> {
    let mut beat = tokio::time::interval(SAMPLE_EVERY);
    loop {
        beat.tick().await;
        showings.lock().iter().for_each(|showing| showing.sample());
    }
}
