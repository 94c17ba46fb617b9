//! One run: everybody comes, a stretch of time is measured, everybody goes. It always ends by itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use e2e::shaper::{Line, Shaper};
use serde::Serialize;
use tokio::time::timeout;
use transport::client::Preference;
use view::access::{Access, Entry};

use crate::churn::{Churn, Churned};
use crate::content::Content;
use crate::cpu::{Share, memory_bytes};
use crate::crowd::Crowd;
use crate::held::Held;
use crate::options::Options;
use crate::recording::Recording;
use crate::tally::{Counted, Tally};
use crate::target::{Relay, SESSIONS_EACH};
use crate::technician::{Habit, Pace};

/// What opening one link may take on a machine that is full of work.
const LINK_MAX: Duration = Duration::from_millis(50);

/// What a run may take beside what it was told to, and the links.
const SPARE: Duration = Duration::from_secs(120);

/// From one look to the next.
const LOOK: Duration = Duration::from_secs(1);

/// What is said while a run goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// What is being done now.
    Step(String),
    /// A second that was measured.
    Second(Moment),
}

/// One second of the measured stretch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Moment {
    /// Seconds since it began.
    pub at: f64,
    /// Technicians who read as it comes.
    pub prompt: Counted,
    /// Those who read slowly or nothing.
    pub slow: Counted,
    /// Percent of a core that the relay used; 0 where its process is not known.
    pub relay_percent: f64,
    /// The relay's own memory, in bytes.
    pub relay_bytes: f64,
    /// Peers that ended by themselves.
    pub ended: u64,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Seconds that were measured.
    pub seconds: f64,
    /// Agents that showed something.
    pub agents: usize,
    /// Agents that were only there.
    pub idle: usize,
    /// Technicians.
    pub technicians: usize,
    /// Those who read as it comes, over the whole stretch.
    pub prompt: Counted,
    /// Those who read slowly or nothing.
    pub slow: Counted,
    /// Updates of technicians who read as it comes, of those that would be one for each capture.
    pub delivered_share: f64,
    /// CPU seconds of the relay for each GB that technicians got.
    pub cpu_seconds_per_gb: Option<f64>,
    /// Microseconds of the relay's CPU for each update that a technician got.
    pub cpu_us_per_update: Option<f64>,
    /// Percent of a core for each technician.
    pub cpu_percent_per_technician: Option<f64>,
    /// Bytes of the relay's memory for each idle link.
    pub idle_link_bytes: Option<f64>,
    /// Bytes of the relay's memory for each session, with its links and its picture.
    pub session_bytes: Option<f64>,
    /// What the relay counted over the stretch: drops and refusals by cause, bytes by kind.
    pub relay_counters: BTreeMap<String, f64>,
    /// Who came and went beside.
    pub churn: Churned,
    /// Peers that ended by themselves, and why some of them did.
    pub ended: u64,
    /// The messages of the first few.
    pub faults: Vec<String>,
    /// Each second.
    pub moments: Vec<Moment>,
}

/// Runs to the end. `progress` is told what is done, and each second's numbers.
///
/// # Errors
/// When the options ask for what cannot be, the relay cannot be reached, or the run takes much longer than it may.
pub async fn run(options: &Options, mut progress: impl FnMut(Progress)) -> anyhow::Result<Outcome> {
    options.check()?;
    let links = options.agents * (1 + options.technicians) + options.idle;
    let told = 2.0 * options.ramp + options.warm_up + options.seconds;
    let bound = Duration::from_secs_f64(told) + LINK_MAX * u32::try_from(links)? + SPARE;
    timeout(bound, measured(options, &mut progress))
        .await
        .with_context(|| format!("not over within {bound:?}"))?
}

async fn measured(options: &Options, progress: &mut impl FnMut(Progress)) -> anyhow::Result<Outcome> {
    let mut stage = Stage::build(options, progress).await?;
    progress(Progress::Step("warming up".to_owned()));
    tokio::time::sleep(Duration::from_secs_f64(options.warm_up)).await;
    let churn = Arc::new(Churn::default());
    let crowd = &mut stage.crowd;
    crowd.ended();
    let (relay, entry) = (&stage.relay, &stage.entry);
    // Those whose sessions the login has.
    let actors: Vec<_> = crowd.actors().iter().take(SESSIONS_EACH).cloned().collect();
    let coming = async {
        if 0.0 < options.churn {
            let (technicians, agent) = (Arc::clone(&churn), Arc::clone(&churn));
            tokio::try_join!(
                technicians.technicians(entry, &actors, options.churn),
                agent.agent(relay, "load that crashes")
            )?;
        }
        std::future::pending::<anyhow::Result<()>>().await
    };
    let mut outcome = tokio::select! {
        outcome = watch(options, relay, crowd, &stage.tallies, progress) => outcome?,
        failed = coming => anyhow::bail!("nobody can come any more: {failed:?}"),
    };
    outcome.churn = churn.counted();
    outcome.idle_link_bytes = stage.idle_link_bytes;
    outcome.session_bytes = stage.session_bytes;
    progress(Progress::Step("everybody leaves".to_owned()));
    stage.crowd.dismiss();
    Ok(outcome)
}

/// Prompt technicians, and the others.
type Tallies = [Arc<Tally>; 2];

/// A relay and everybody who came to it.
struct Stage {
    relay: Relay,
    /// The login of all technicians.
    entry: Entry,
    crowd: Crowd,
    tallies: Tallies,
    idle_link_bytes: Option<f64>,
    session_bytes: Option<f64>,
    _line: Option<Shaper>,
    _held: Option<Held>,
}

impl Stage {
    async fn build(options: &Options, progress: &mut impl FnMut(Progress)) -> anyhow::Result<Self> {
        let mut say = |text: String| progress(Progress::Step(text));
        let content = match &options.recording {
            Some(path) => {
                say(format!("coding {}", path.display()));
                Content::Recorded(Arc::new(Recording::read(path)?))
            }
            None => Content::Noise { bytes: options.bytes, per_second: options.rate },
        };
        say("reaching the relay".to_owned());
        let relay = reach(options).await?;
        let (mut crowd, tallies) = (Crowd::default(), Tallies::default());
        let ramp = options.ramp_time();
        let before = memory(&relay);
        let report = |count: usize| {
            if count.is_multiple_of(1000) {
                say(format!("{count} idle agents are there"));
            }
        };
        crowd.add_idle(&relay, options.idle, ramp, report).await?;
        let with_idle = memory(&relay);
        let [prompt, slow] = &tallies;
        crowd.add_actors(&relay, options.agents, &content, ramp, prompt).await?;
        say(format!("{} agents are there", options.agents + options.idle));
        let line = line(options, &relay)?;
        let address =
            line.as_ref().map_or_else(|| relay.address().to_owned(), |line| line.address().to_string());
        let entries = relay.entries(options.agents, &address).await?;
        let [prompt_places, slow_places] = places(options);
        crowd.add_technicians(&entries, &prompt_places, ramp, prompt).await?;
        crowd.add_technicians(&entries, &slow_places, ramp, slow).await?;
        say(format!("{} technicians are there", crowd.technicians()));
        let each = |after: Option<f64>, before: Option<f64>, count: usize| {
            Some((after? - before?) / count as f64).filter(|_| 0 < count)
        };
        let idle_link_bytes = each(with_idle, before, options.idle);
        let session_bytes = each(memory(&relay), with_idle, options.agents);
        let held = match (options.share, relay.process()) {
            (None, _) => None,
            (Some(share), Some(process)) => Some(Held::start(process, share)?),
            (Some(_), None) => anyhow::bail!("--share needs the relay's --process"),
        };
        let entry = entries.into_iter().next().context("a login")?;
        Ok(Self { relay, entry, crowd, tallies, idle_link_bytes, session_bytes, _line: line, _held: held })
    }
}

async fn reach(options: &Options) -> anyhow::Result<Relay> {
    let Some(url) = options.relay.clone() else { return Relay::start().await };
    let pin = options.pin.as_deref().context("--pin")?;
    let address = options.links.clone().map_or_else(|| host_and_port(&url), Ok)?;
    let access = Access {
        url,
        user: options.user.clone().context("--user")?,
        password: options.password.clone().context("--password")?,
        pin: parse_pin(pin).context("--pin is 64 hexadecimal digits")?,
        address: Some(address.clone()),
        preference: Preference::Quic,
    };
    Relay::at(access, address, options.process).await
}

fn host_and_port(url: &str) -> anyhow::Result<String> {
    let host = url.split("://").nth(1).unwrap_or(url).trim_end_matches('/');
    anyhow::ensure!(host.contains(':'), "give --links HOST:PORT, where links go");
    Ok(host.to_owned())
}

fn parse_pin(text: &str) -> Option<[u8; 32]> {
    let mut pin = [0; 32];
    for (place, byte) in pin.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    (text.len() == 64).then_some(pin)
}

fn line(options: &Options, relay: &Relay) -> anyhow::Result<Option<Shaper>> {
    if !options.is_shaped() {
        return Ok(None);
    }
    let (delay, loss) = (Duration::from_millis(options.delay), options.loss / 100.0);
    let line = Line::new(delay, loss, (options.line * 1e6) as u64, 1);
    let target = relay.address().parse().context("a shaped line leads to an address in numbers: --links")?;
    Ok(Some(Shaper::start(target, line)?))
}

/// Numbers of agents, and the habits of technicians in their sessions.
type Places = Vec<(usize, Habit)>;

/// Which session each technician is in, and how he reads: prompt ones, and the others.
fn places(options: &Options) -> [Places; 2] {
    let (mut prompt, mut others) = (Places::new(), Places::new());
    for agent in 0..options.agents {
        for number in 0..options.technicians {
            let keys_per_second = if number == 0 { options.keys } else { 0.0 };
            let from_last = options.technicians - 1 - number;
            let pace = if from_last < options.stalled {
                Pace::Stalled
            } else if from_last < options.stalled + options.slow {
                Pace::Slow(options.slow_bytes)
            } else {
                Pace::Prompt
            };
            let list = if pace == Pace::Prompt { &mut prompt } else { &mut others };
            list.push((agent, Habit { pace, keys_per_second }));
        }
    }
    [prompt, others]
}

async fn watch(
    options: &Options,
    relay: &Relay,
    crowd: &mut Crowd,
    [prompt, slow]: &Tallies,
    progress: &mut impl FnMut(Progress),
) -> anyhow::Result<Outcome> {
    let before = relay.metrics().await?;
    let (start, mut moments) = (Instant::now(), Vec::new());
    let share = |relay: &Relay| relay.process().map(|process| Share::start(&[process])).transpose();
    let (whole, mut second) = (share(relay)?, share(relay)?);
    let (all_prompt, all_slow) = (Tally::default(), Tally::default());
    prompt.take();
    slow.take();
    while start.elapsed().as_secs_f64() < options.seconds {
        tokio::time::sleep(LOOK.min(Duration::from_secs_f64(options.seconds))).await;
        let relay_percent = second.as_ref().map(Share::percent).transpose()?.unwrap_or(0.0);
        second = share(relay)?;
        let moment = Moment {
            at: start.elapsed().as_secs_f64(),
            prompt: prompt.take_into(&all_prompt),
            slow: slow.take_into(&all_slow),
            relay_percent,
            relay_bytes: memory(relay).unwrap_or(0.0),
            ended: crowd.ended(),
        };
        progress(Progress::Second(moment));
        moments.push(moment);
    }
    let cpu_seconds = whole.map(|whole| whole.seconds()).transpose()?;
    let relay_counters = grown(&before, &relay.metrics().await?);
    let seconds = start.elapsed().as_secs_f64();
    let (prompt, slow) = (all_prompt.take(), all_slow.take());
    let per = |amount: f64| cpu_seconds.map(|cpu| cpu / amount).filter(|_| 0.0 < amount);
    let prompt_each = (options.technicians - options.slow - options.stalled) as f64;
    let technicians = crowd.technicians();
    Ok(Outcome {
        seconds,
        agents: options.agents,
        idle: crowd.idle(),
        technicians,
        delivered_share: prompt.updates as f64 / (prompt.captures as f64 * prompt_each).max(1.0),
        cpu_seconds_per_gb: per((prompt.bytes + slow.bytes) as f64 / 1e9),
        cpu_us_per_update: per((prompt.updates + slow.updates) as f64 / 1e6),
        cpu_percent_per_technician: per(technicians as f64 * seconds / 100.0),
        idle_link_bytes: None,
        session_bytes: None,
        relay_counters,
        churn: Churned::default(),
        ended: moments.iter().map(|moment| moment.ended).sum(),
        faults: crowd.faults().to_vec(),
        moments,
        prompt,
        slow,
    })
}

fn memory(relay: &Relay) -> Option<f64> {
    memory_bytes(relay.process()?).ok()
}

/// Counters that grew, and by how much.
fn grown(before: &BTreeMap<String, f64>, after: &BTreeMap<String, f64>) -> BTreeMap<String, f64> {
    let counters = after.iter().filter(|(name, _)| name.split('{').next().unwrap_or("").ends_with("_total"));
    let differences = counters.map(|(name, value)| (name.clone(), value - before.get(name).unwrap_or(&0.0)));
    differences.filter(|(_, by)| *by != 0.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_counters_that_grew_are_told() {
        let before = BTreeMap::from([("a_total".to_owned(), 1.0), ("b_total{x=\"1\"}".to_owned(), 5.0)]);
        let after = BTreeMap::from([
            ("a_total".to_owned(), 1.0),
            ("b_total{x=\"1\"}".to_owned(), 7.0),
            ("c_total".to_owned(), 3.0),
            ("gauge".to_owned(), 9.0),
        ]);
        let grown: Vec<_> = grown(&before, &after).into_iter().collect();
        assert_eq!(grown, [("b_total{x=\"1\"}".to_owned(), 2.0), ("c_total".to_owned(), 3.0)]);
    }

    #[test]
    fn a_pin_is_all_of_its_digits() {
        assert_eq!(parse_pin(&"0a".repeat(32)), Some([10; 32]));
        assert_eq!(parse_pin(&"0a".repeat(33)), None);
        assert_eq!(parse_pin("xy"), None);
    }
}
