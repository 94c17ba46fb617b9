//! A technician without a screen: joins, takes updates, answers each, and presses keys.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use proto::screen::{ANSWER_WITHIN, Inbox};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use transport::control::Control;
use transport::{Link, Priority, RecvStream, SendStream};
use view::access::Pass;
use wire::control::{Answer, ColorMode, ControlWish, Demand, Join, Leave, Wanted, control::Body, join};
use wire::input::{Event, Record};
use wire::screen::Update;
use wire::stream::{StreamHeader, StreamKind};
use wire::{SessionId, Writer};

use crate::agent::answer_ping;
use crate::content::rendition;
use crate::stamps::{Stamps, now_us};
use crate::tally::Tally;

/// How long a join may take on a relay that is full of work.
const JOIN_MAX: Duration = Duration::from_secs(30);

/// Presses whose echo is waited for.
const PRESSES_MAX: usize = 1024;

/// How a technician takes what he is sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// As it comes.
    Prompt,
    /// So many bytes a second.
    Slow(u32),
    /// Nothing: he accepts no stream. His control stream goes on.
    Stalled,
}

/// Who watches, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Habit {
    /// How he reads.
    pub pace: Pace,
    /// Keys that he presses a second.
    pub keys_per_second: f64,
}

impl Habit {
    /// Reads as it comes, and presses nothing.
    pub const PROMPT: Self = Self { pace: Pace::Prompt, keys_per_second: 0.0 };
}

/// What a technician shows at the moment, for whoever samples its age.
#[derive(Debug)]
pub struct Showing {
    newest: AtomicU32,
    stamps: Arc<Stamps>,
    tally: Arc<Tally>,
}

impl Showing {
    /// Nothing yet.
    pub fn new(stamps: Arc<Stamps>, tally: Arc<Tally>) -> Self {
        Self { newest: AtomicU32::new(0), stamps, tally }
    }

    /// Counts the age of what is shown now.
    pub fn sample(&self) {
        let newest = self.newest.load(Relaxed);
        if let Some(age_us) = self.stamps.age_us(newest).filter(|_| 0 < newest) {
            self.tally.aged(age_us);
        }
    }
}

/// Joins the session of an endpoint and watches until told to leave, or the link ends.
///
/// # Errors
/// When the relay refuses, the link ends, or what comes is no update.
pub async fn watch(
    pass: Pass,
    endpoint: &str,
    habit: Habit,
    showing: Arc<Showing>,
    leave: &CancellationToken,
) -> anyhow::Result<()> {
    let (link, mut control) = pass.link().await?;
    link.set_live(true);
    let target = Some(join::Target::EndpointId(endpoint.to_owned()));
    control.send(Body::Join(Join { request: 1, target, watch: None })).await?;
    let session = timeout(JOIN_MAX, joined(&mut control)).await??;
    let wanted = Wanted { display: 0, mode: ColorMode::AllColors.into(), bytes_per_second: 0 };
    control.send(Body::Demand(Demand { session, wanted: vec![wanted] })).await?;
    let presses = (0.0 < habit.keys_per_second).then(|| Duration::from_secs_f64(1.0 / habit.keys_per_second));
    let keys = match presses {
        Some(every) => {
            control.send(Body::ControlWish(ControlWish { session, wanted: true })).await?;
            Some(Keys::open(&link, SessionId::from_wire(session), every).await?)
        }
        None => None,
    };
    let inbox = Inbox::new();
    Watch { link, control, session, habit, showing, keys, inbox, owes_answer: false }.run(leave).await
}

async fn joined(control: &mut Control) -> anyhow::Result<u64> {
    loop {
        let body = control.recv().await?;
        answer_ping(control, &body).await?;
        match body {
            Body::Joined(joined) => return Ok(joined.session),
            Body::JoinRefused(refused) => anyhow::bail!("not admitted: {}", refused.detail),
            _ => {}
        }
    }
}

struct Watch {
    link: Link,
    control: Control,
    session: u64,
    habit: Habit,
    showing: Arc<Showing>,
    keys: Option<Keys>,
    inbox: Inbox,
    /// Whether the relay does not know yet what was applied last.
    owes_answer: bool,
}

impl Watch {
    async fn run(mut self, leave: &CancellationToken) -> anyhow::Result<()> {
        let link = self.link.clone();
        let pace = self.habit.pace;
        let streams_max = match pace {
            Pace::Prompt => usize::MAX,
            Pace::Slow(_) => 1,
            Pace::Stalled => 0,
        };
        let mut reading = FuturesUnordered::new();
        let mut answering = pin!(sleep(Duration::ZERO));
        loop {
            let owed_before = self.owes_answer;
            let press = self.keys.as_ref().map(|keys| keys.next);
            tokio::select! {
                biased;
                () = leave.cancelled() => return self.leave().await,
                body = self.control.recv() => self.heard(body?).await?,
                Some(update) = reading.next(), if !reading.is_empty() => self.take(update?)?,
                stream = link.accept_uni(), if reading.len() < streams_max => {
                    reading.push(read(stream?, pace));
                }
                () = sleep_until(press.unwrap_or_else(Instant::now)), if press.is_some() => {
                    if let Some(keys) = &mut self.keys {
                        keys.press().await?;
                    }
                }
                () = answering.as_mut(), if owed_before => self.answer().await?,
            }
            if !owed_before && self.owes_answer {
                answering.as_mut().reset(Instant::now() + ANSWER_WITHIN);
            }
        }
    }

    /// Leaves as somebody who closes the session's page.
    async fn leave(mut self) -> anyhow::Result<()> {
        self.control.send(Body::Leave(Leave { session: self.session })).await?;
        loop {
            let ended = timeout(JOIN_MAX, self.control.recv()).await??;
            if matches!(ended, Body::SessionEnded(_)) {
                return Ok(());
            }
        }
    }

    async fn heard(&mut self, body: Body) -> anyhow::Result<()> {
        answer_ping(&mut self.control, &body).await?;
        if let Body::SessionEnded(ended) = body {
            anyhow::bail!("put out of the session: {}", ended.detail);
        }
        Ok(())
    }

    fn take(&mut self, read: Option<(Update, usize)>) -> anyhow::Result<()> {
        let Some((update, bytes)) = read else { return Ok(()) };
        self.inbox.receive(update)?;
        let mut newest = self.showing.newest.load(Relaxed);
        while let Some(update) = self.inbox.poll() {
            newest = newest.max(update.header.newest.to_wire());
            if let Some(keys) = &mut self.keys {
                let shown = update.header.inputs.iter().map(|input| input.number).max();
                keys.answered(shown.unwrap_or(0), &self.showing.tally);
            }
        }
        self.showing.newest.store(newest, Relaxed);
        self.showing.tally.shown(bytes, self.showing.stamps.age_us(newest));
        self.owes_answer = true;
        Ok(())
    }

    async fn answer(&mut self) -> anyhow::Result<()> {
        self.owes_answer = false;
        let rendition = u32::from(rendition().to_wire());
        let (session, applied) = (self.session, self.inbox.applied());
        let answer = Answer { session, rendition, applied, decode_us: 0, paint_us: 0 };
        Ok(self.control.send(Body::Answer(answer)).await?)
    }
}

/// An update and the bytes that it came in; `None` for a stream of something else, such as the pointer's.
async fn read(mut stream: RecvStream, pace: Pace) -> anyhow::Result<Option<(Update, usize)>> {
    if stream.peek_header().await?.kind != StreamKind::Screen {
        return Ok(None);
    }
    let whole = match pace {
        Pace::Slow(bytes_per_second) => {
            let mut whole = Vec::new();
            while let Some(chunk) = stream.read().await? {
                sleep(Duration::from_secs_f64(chunk.len() as f64 / f64::from(bytes_per_second.max(1)))).await;
                whole.extend_from_slice(&chunk);
            }
            whole.into()
        }
        Pace::Prompt | Pace::Stalled => stream.read_to_end(Update::BYTES_MAX).await?,
    };
    let bytes = whole.len();
    Ok(Some((Update::decode(whole)?, bytes)))
}

/// The keys of a technician, and the presses whose echo did not come yet.
struct Keys {
    stream: SendStream,
    number: u32,
    every: Duration,
    next: Instant,
    pressed: VecDeque<(u32, u64)>,
}

impl Keys {
    async fn open(link: &Link, session: SessionId, every: Duration) -> anyhow::Result<Self> {
        let mut stream = link.open_uni().await?;
        stream.set_priority(Priority::Input);
        let mut header = Writer::new();
        StreamHeader::new(StreamKind::Input, session).encode(&mut header);
        stream.write(&header.into_chunks()).await?;
        Ok(Self { stream, number: 0, every, next: Instant::now() + every, pressed: VecDeque::new() })
    }

    async fn press(&mut self) -> anyhow::Result<()> {
        self.next += self.every;
        self.number += 1;
        let now_us = now_us();
        if PRESSES_MAX <= self.pressed.len() {
            self.pressed.pop_front();
        }
        self.pressed.push_back((self.number, now_us));
        let event =
            Event::Key { down: self.number % 2 == 1, code: "KeyA".to_owned(), key: now_us.to_string() };
        let mut out = Writer::new();
        Record { number: self.number, event }.encode(&mut out);
        Ok(self.stream.write(&out.into_chunks()).await?)
    }

    fn answered(&mut self, shown: u32, tally: &Tally) {
        while let Some((_, pressed_us)) = self.pressed.pop_front_if(|(number, _)| *number <= shown) {
            tally.echoed(now_us().saturating_sub(pressed_us));
        }
    }
}
