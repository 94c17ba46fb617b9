//! The control stream of a link, with its liveness and what others have to say to the peer.
//!
//! Waiting and doing are apart: [`Talk::wait`] may be dropped half-way by a `select!`, [`Talk::handle`] may not,
//! and writes.

use std::pin::Pin;
use std::time::{Duration, Instant};

use proto::liveness::{Input, LinkClock, Liveness, Output};
use tokio::time::Sleep;
use tokio_util::sync::WaitForCancellationFutureOwned;
use transport::Link;
use transport::control::{Control, ControlError, Receiver, Sender};
use wire::close::CloseCode;
use wire::control::{GoingAway, control::Body};

use crate::caps::Allowance;
use crate::peer::ended::Ended;
use crate::session::{Ending, Outgoing};
use crate::site::Site;

/// How far agents that come back after a restart are spread.
const RETURN_JITTER_MS: u32 = 1_000;

/// How long a goodbye may take to arrive.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(1);

/// A link's control stream and all that it is about.
pub(super) struct Talk {
    link: Link,
    sender: Sender,
    receiver: Receiver,
    liveness: Liveness,
    clock: LinkClock,
    outgoing: Outgoing,
    end: Ending,
    /// What the peer may still say.
    allowance: Allowance,
    /// With it the peer comes back after a restart, if it needs one.
    resume_token: bytes::Bytes,
    /// Fires when the peer or the relay is to end.
    ended: Pin<Box<WaitForCancellationFutureOwned>>,
    /// Never later than the liveness wants to be asked. It is set when it fires, not whenever something is heard.
    alarm: Pin<Box<Sleep>>,
    is_open: bool,
}

/// What happened on the control stream.
pub(super) enum Event {
    End(CloseCode),
    Stop,
    Received(Result<Body, ControlError>),
    Outgoing(Box<Body>),
    Tick,
    /// The first event of all: what liveness wants to say at once is said.
    Open,
}

impl Talk {
    pub(super) fn new(site: &Site, link: Link, control: Control, outgoing: Outgoing, end: Ending) -> Self {
        let (sender, receiver) = control.split();
        let clock = LinkClock::starting(site.started);
        let liveness = Liveness::new(Instant::now(), clock);
        let resume_token = bytes::Bytes::new();
        let ended = Box::pin(end.wanted());
        let alarm = Box::pin(tokio::time::sleep(Duration::ZERO));
        Self {
            allowance: site.config.links.messages(),
            is_open: false,
            link,
            sender,
            receiver,
            liveness,
            clock,
            outgoing,
            end,
            resume_token,
            ended,
            alarm,
        }
    }

    /// What the peer is given when the relay goes away. An agent needs nothing: its key is its proof.
    pub(super) fn set_resume_token(&mut self, token: Vec<u8>) {
        self.resume_token = token.into();
    }

    /// The next event. Safe to drop half-way.
    pub(super) async fn wait(&mut self) -> Event {
        // The first ping would otherwise leave with the tick that finds it unanswered.
        if !std::mem::replace(&mut self.is_open, true) {
            return Event::Open;
        }
        loop {
            let deadline: tokio::time::Instant = self.liveness.deadline().unwrap_or_else(Instant::now).into();
            if deadline < self.alarm.deadline() {
                self.alarm.as_mut().reset(deadline);
            }
            tokio::select! {
                biased;
                () = self.ended.as_mut() => return self.end.code().map_or(Event::Stop, Event::End),
                Some(body) = self.outgoing.recv() => return Event::Outgoing(body),
                received = self.receiver.recv() => return Event::Received(received),
                () = self.alarm.as_mut() => {
                    if deadline <= self.alarm.deadline() {
                        return Event::Tick;
                    }
                    self.alarm.as_mut().reset(deadline);
                }
            }
        }
    }

    /// Does what an event asks for; gives a message that is not about the link itself.
    pub(super) async fn handle(&mut self, site: &Site, event: Event) -> Result<Option<Body>, Ended> {
        let now = Instant::now();
        let mut left = None;
        match event {
            Event::Stop => return Err(Ended::Stopping),
            Event::End(code) => return Err(Ended::Ordered(code)),
            Event::Outgoing(body) => self.sender.send(*body).await?,
            Event::Tick => self.liveness.handle(now, Input::Tick),
            Event::Open => {}
            Event::Received(received) => {
                site.metrics.control_in_messages.increment(1);
                let body = received?;
                self.allowance.take(now).map_err(|_| Ended::Storm)?;
                match body {
                    Body::Ping(ping) => self.liveness.handle(now, Input::Ping(ping)),
                    Body::Pong(pong) => self.liveness.handle(now, Input::Pong(pong)),
                    body => {
                        self.liveness.handle(now, Input::Heard);
                        left = Some(body);
                    }
                }
            }
        }
        self.flush().await?;
        Ok(left)
    }

    /// Sends a message at once.
    pub(super) async fn send(&mut self, body: Body) -> Result<(), Ended> {
        Ok(self.sender.send(body).await?)
    }

    /// Something arrived on another stream.
    pub(super) fn heard(&mut self) {
        self.liveness.handle(Instant::now(), Input::Heard);
    }

    /// Whether a session runs over the link, which is then watched closely and may carry more streams.
    pub(super) async fn set_live(&mut self, live: bool) -> Result<(), Ended> {
        self.link.set_live(live);
        self.liveness.handle(Instant::now(), Input::SetLive(live));
        self.flush().await
    }

    /// A moment of the peer's clock on the relay's; now, while the peer's is not known yet.
    pub(super) fn to_ours(&self, theirs_us: u32) -> u32 {
        self.liveness.to_ours(theirs_us).unwrap_or_else(|| self.clock.at(Instant::now()))
    }

    /// Says goodbye and closes the link.
    pub(super) async fn goodbye(mut self, site: &Site, ended: &Ended) {
        if matches!(ended, Ended::Stopping) {
            let resume_token = std::mem::take(&mut self.resume_token);
            let message = Body::GoingAway(GoingAway { resume_token, jitter_ms: RETURN_JITTER_MS });
            // Peers go by themselves when they have read it; closing at once would lose it. One that does not take
            // it finds out when its link is closed.
            let said = async {
                if self.sender.send(message).await.is_ok() {
                    self.link.closed().await;
                }
            };
            let _ = tokio::time::timeout(GOODBYE_TIMEOUT, said).await.is_ok();
        }
        if matches!(ended, Ended::SessionOver) {
            // It goes by itself when it has read why.
            let _ = tokio::time::timeout(GOODBYE_TIMEOUT, self.link.closed()).await.is_ok();
        }
        if let Some(fault) = ended.fault() {
            site.metrics.fault(fault);
        }
        if let Some(code) = ended.close_code() {
            self.link.drain(code, &ended.to_string(), GOODBYE_TIMEOUT).await;
        }
    }

    async fn flush(&mut self) -> Result<(), Ended> {
        while let Some(output) = self.liveness.poll() {
            match output {
                Output::Send(body) => self.sender.send(body).await?,
                Output::Dead => return Err(Ended::Silent),
            }
        }
        Ok(())
    }
}
