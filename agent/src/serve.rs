//! One link, from the welcome to its end: what the relay asks, and what is told to it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proto::liveness::{Input, LinkClock, Liveness, Output};
use tokio::sync::mpsc;
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;
use transport::control::{ControlError, Receiver, Sender};
use transport::{Link, LinkError, RecvStream, StreamError};
use wire::close::CloseCode;
use wire::control::{CustomerEnds, Demand, Displays, Notice, Right, control::Body};
use wire::input::Record;
use wire::stream::{StreamHeader, StreamKind};
use wire::{DecodeError, Seat, SessionId};

use crate::connect::Connected;
use crate::desktop::{Desktop, Hands};
use crate::files::Uploads;
use crate::grants::Grants;
use crate::person::{self, Person};
use crate::session::Sessions;
use crate::shell::Shells;
use crate::tools::{Kit, Tools};

/// Input streams at a time: one a technician.
const INPUT_STREAMS_MAX: usize = wire::limits::SEATS_MAX;

/// How long the relay may take to end a session that the customer ends.
const END_MAX: Duration = Duration::from_secs(2);

/// How a link ended.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// We stop.
    #[error("stopped")]
    Stopped,
    /// The relay restarts; it wants us back without delay.
    #[error("the relay goes away for a moment")]
    GoingAway {
        /// How far those who come back are to be spread.
        jitter: Duration,
    },
    /// The desktop is gone.
    #[error("the desktop is lost")]
    DesktopLost,
    /// The one session of an attended agent is over.
    #[error("the session is over: {0}")]
    Over(String),
    /// The relay is silent.
    #[error("the relay is silent")]
    Silent,
    /// The link failed or was closed.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The control stream failed.
    #[error(transparent)]
    Control(#[from] ControlError),
}

/// What an input stream ended with.
#[derive(Debug, thiserror::Error)]
enum InputError {
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Stuck(#[from] crate::desktop::Stuck),
}

/// What an agent has of its computer, whichever link serves it.
#[derive(Clone)]
pub struct Local {
    /// What is seen and controlled.
    pub desktop: Desktop,
    /// Shells that run, also those of links before.
    pub shells: Shells,
    /// Files that technicians began to send, over links before.
    pub uploads: Uploads,
    /// What tools work with.
    pub kit: Kit,
    /// Who is asked, and has the last word.
    pub person: Person,
    /// The agent's own.
    pub clock: LinkClock,
}

/// Serves the relay until the link ends. Everything that technicians hold is released then.
pub async fn serve(connected: Connected, local: &Local, stop: &CancellationToken) -> Ended {
    let Connected { link, control, welcome } = connected;
    let Local { desktop, person, .. } = local;
    let attended = welcome.attended.map(|own| own.session);
    let (sender, mut receiver) = control.split();
    let mut serving = Serving::new(link.clone(), sender, local, attended);
    let mut standing = person.changes();
    let mut displays = desktop.displays.clone();
    let (input_ended, mut input_ends) = mpsc::channel(INPUT_STREAMS_MAX);
    let mut inputs = tokio::task::JoinSet::new();
    // The first ping leaves at once.
    let mut step = serving.flush().await;
    let ended = loop {
        if let Err(ended) = step {
            break ended;
        }
        step = tokio::select! {
            biased;
            () = stop.cancelled() => Err(Ended::Stopped),
            message = receiver.recv() => match message {
                Ok(body) => serving.message(body, &displays.borrow_and_update().clone()).await,
                Err(error) => Err(error.into()),
            },
            said = person.to_say() => serving.say(said).await,
            changed = standing.changed() => {
                serving.follow_standing();
                // The sender is in our own hand.
                changed.map_err(|_| Ended::Stopped)
            },
            changed = displays.changed() => match changed {
                Ok(()) => serving.tell_displays(&displays.borrow_and_update().clone()).await,
                Err(_) => Err(Ended::DesktopLost),
            },
            stream = link.accept_uni() => match stream {
                Ok(stream) if inputs.len() < INPUT_STREAMS_MAX => {
                    let input = InputStream { hands: desktop.hands.clone(), grants: serving.tools.grants().clone() };
                    let ended = input_ended.clone();
                    inputs.spawn(async move { drop(ended.send(input.read(stream).await).await) });
                    Ok(())
                }
                Ok(_) => {
                    tracing::warn!("more input streams than technicians, one refused");
                    Ok(())
                }
                Err(error) => Err(error.into()),
            },
            stream = link.accept_bi() => match stream {
                Ok((send, recv)) => {
                    serving.tools.open(send, recv);
                    Ok(())
                }
                Err(error) => Err(error.into()),
            },
            Some(end) = input_ends.recv() => serving.input_ended(end),
            Some(_) = inputs.join_next(), if !inputs.is_empty() => Ok(()),
            () = sleep_until(serving.deadline().into()) => serving.tick().await,
        };
    };
    if let Some(hands) = &desktop.hands {
        // A desktop that is stuck has nothing left to release.
        let _ = hands.release_all();
    }
    if let (Ended::Stopped, Some(session)) = (&ended, attended) {
        serving.end_session(session, &mut receiver).await;
    }
    serving.goodbye(&ended);
    ended
}

struct Serving {
    link: Link,
    sender: Sender,
    sessions: Sessions,
    liveness: Liveness,
    hands: Option<Hands>,
    tools: Tools,
    person: Person,
    /// What the relay wants to see of each session.
    demands: BTreeMap<SessionId, Demand>,
    /// The one session for which a customer started this agent.
    attended: Option<u64>,
}

impl Serving {
    fn new(link: Link, sender: Sender, local: &Local, attended: Option<u64>) -> Self {
        let Local { desktop, shells, uploads, kit, person, clock } = local;
        Self {
            sessions: Sessions::new(desktop.clone(), link.clone(), *clock),
            link,
            sender,
            liveness: Liveness::new(Instant::now(), *clock),
            hands: desktop.hands.clone(),
            tools: Tools::new(shells.clone(), uploads.clone(), kit.clone(), person.clone()),
            person: person.clone(),
            demands: BTreeMap::new(),
            attended,
        }
    }

    /// When something is to be done though nothing happens.
    fn deadline(&self) -> Instant {
        self.liveness.deadline().unwrap_or_else(|| Instant::now() + proto::liveness::IDLE_SILENCE)
    }

    async fn tick(&mut self) -> Result<(), Ended> {
        self.liveness.handle(Instant::now(), Input::Tick);
        self.flush().await
    }

    async fn message(&mut self, body: Body, displays: &[wire::control::Display]) -> Result<(), Ended> {
        let now = Instant::now();
        self.liveness.handle(now, Input::Heard);
        match body {
            Body::Ping(ping) => self.liveness.handle(now, Input::Ping(ping)),
            Body::Pong(pong) => self.liveness.handle(now, Input::Pong(pong)),
            Body::SessionOpened(opened) => {
                let session = SessionId::from_wire(opened.session);
                self.open(session, displays).await?;
            }
            Body::SessionClosed(closed) => {
                self.tools.close(&closed);
                self.demands.remove(&SessionId::from_wire(closed.session));
                self.close(SessionId::from_wire(closed.session));
                if closed.for_good && self.attended == Some(closed.session) {
                    return Err(Ended::Over(closed.detail));
                }
            }
            Body::SeatGranted(granted) => {
                let session = SessionId::from_wire(granted.session);
                self.tools.grant(granted);
                self.show(session);
            }
            Body::SeatLeft(left) => {
                self.tools.leave(&left);
                self.release(Seat::from_wire(left.seat));
                self.show(SessionId::from_wire(left.session));
            }
            Body::Demand(demand) => {
                let session = SessionId::from_wire(demand.session);
                if self.sessions.has(session) {
                    self.demands.insert(session, demand);
                    self.show(session);
                }
            }
            Body::ConsentAsk(ask) => self.person.handle(person::Input::Asked(ask)),
            Body::ChatSaid(said) => self.person.handle(person::Input::Said(said)),
            Body::Refresh(refresh) => self.sessions.refresh(&refresh),
            Body::Answer(answer) => self.sessions.answer(&answer),
            Body::GoingAway(going) => {
                return Err(Ended::GoingAway { jitter: Duration::from_millis(going.jitter_ms.into()) });
            }
            other => tracing::debug!(?other, "message ignored"),
        }
        self.flush().await
    }

    /// Shows of a session what the relay wants, as long as somebody in it may see the screen.
    fn show(&mut self, session: SessionId) {
        let Some(demand) = self.demands.get(&session) else { return };
        if self.tools.grants().anybody_may(session, Right::View) {
            self.sessions.demand(demand);
        } else {
            self.sessions.demand(&Demand { session: session.to_wire(), wanted: Vec::new() });
        }
    }

    /// The person at this computer let somebody in, or has enough.
    fn follow_standing(&mut self) {
        let sessions: Vec<SessionId> = self.demands.keys().copied().collect();
        for session in sessions {
            self.show(session);
        }
        let nobody_controls =
            !self.sessions.ids().into_iter().any(|id| self.tools.grants().anybody_may(id, Right::Control));
        if let (true, Some(hands)) = (nobody_controls, &self.hands) {
            // A desktop that is stuck has nothing left to release.
            let _ = hands.release_all();
        }
    }

    /// What the person says to the relay. What he ends is over here at once.
    async fn say(&mut self, said: Vec<Body>) -> Result<(), Ended> {
        for body in said {
            if let Body::CustomerEnds(ends) = &body {
                let session = SessionId::from_wire(ends.session);
                self.tools.end(session);
                self.demands.remove(&session);
                self.close(session);
            }
            self.sender.send(body).await?;
        }
        Ok(())
    }

    async fn open(&mut self, session: SessionId, displays: &[wire::control::Display]) -> Result<(), Ended> {
        if !self.sessions.open(session) {
            let text = "this computer serves as many sessions as it can".to_owned();
            self.sender.send(Body::Notice(Notice { session: session.to_wire(), text })).await?;
            return Ok(());
        }
        tracing::info!(%session, "a technician is connected");
        self.follow_sessions();
        self.tell(session, displays).await
    }

    fn close(&mut self, session: SessionId) {
        if !self.sessions.has(session) {
            return;
        }
        self.sessions.close(session);
        tracing::info!(%session, "no technician is connected any more");
        if let (true, Some(hands)) = (self.sessions.is_empty(), &self.hands) {
            // A desktop that is stuck has nothing left to release.
            let _ = hands.release_all();
        }
        self.follow_sessions();
    }

    fn release(&self, seat: Seat) {
        if let Some(hands) = &self.hands {
            // A desktop that is stuck has nothing left to release.
            let _ = hands.release(seat);
        }
    }

    /// An idle link costs next to nothing; one with a session notices soon when its peer is gone.
    fn follow_sessions(&mut self) {
        let is_live = !self.sessions.is_empty();
        self.link.set_live(is_live);
        self.liveness.handle(Instant::now(), Input::SetLive(is_live));
    }

    async fn tell_displays(&mut self, displays: &[wire::control::Display]) -> Result<(), Ended> {
        for session in self.sessions.ids() {
            self.tell(session, displays).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, session: SessionId, displays: &[wire::control::Display]) -> Result<(), Ended> {
        let displays = Displays { session: session.to_wire(), displays: displays.to_vec() };
        Ok(self.sender.send(Body::Displays(displays)).await?)
    }

    fn input_ended(&self, end: (Option<Seat>, Result<(), InputError>)) -> Result<(), Ended> {
        let (seat, result) = end;
        if let Some(seat) = seat {
            self.release(seat);
        }
        match result {
            Ok(()) | Err(InputError::Stream(_)) => Ok(()),
            Err(InputError::Decode(error)) => {
                self.link.close(error.close_code(), &error.to_string());
                Err(Ended::Control(error.into()))
            }
            Err(InputError::Stuck(_)) => Err(Ended::DesktopLost),
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

    /// The customer ends his session; waits until the relay has heard it.
    async fn end_session(&mut self, session: u64, receiver: &mut Receiver) {
        let heard = async {
            self.sender.send(Body::CustomerEnds(CustomerEnds { session })).await?;
            loop {
                if let Body::SessionClosed(closed) = receiver.recv().await?
                    && closed.session == session
                {
                    return Ok::<_, ControlError>(());
                }
            }
        };
        // A relay that does not hear it finds the agent gone, and forgets it after a while.
        if !matches!(tokio::time::timeout(END_MAX, heard).await, Ok(Ok(()))) {
            tracing::warn!("the relay does not say that the session is over");
        }
    }

    fn goodbye(&self, ended: &Ended) {
        let code = match ended {
            Ended::Stopped | Ended::GoingAway { .. } | Ended::Over(_) => CloseCode::Done,
            Ended::DesktopLost => CloseCode::GoingAway,
            Ended::Silent => CloseCode::Silent,
            Ended::Link(_) => return,
            Ended::Control(error) => error.close_code(),
        };
        self.link.close(code, &ended.to_string());
    }
}

/// Reads one technician's input until the stream ends.
struct InputStream {
    hands: Option<Hands>,
    grants: Grants,
}

impl InputStream {
    async fn read(self, mut stream: RecvStream) -> (Option<Seat>, Result<(), InputError>) {
        match stream.take_header().await {
            Ok(header) if header.kind == StreamKind::Input => {
                (Some(header.seat), self.read_records(stream, header).await)
            }
            Ok(header) => {
                let got = header.kind as u64;
                (None, Err(DecodeError::Unknown { field: "stream towards an agent", got }.into()))
            }
            Err(error) => (None, Err(error.into())),
        }
    }

    async fn read_records(&self, mut stream: RecvStream, header: StreamHeader) -> Result<(), InputError> {
        let mut buffer = bytes::BytesMut::new();
        while let Some(chunk) = stream.read().await? {
            buffer.extend_from_slice(&chunk);
            let granted = self.grants.of(header.session, header.seat).await;
            let may_control = granted.is_some_and(|granted| granted.has(Right::Control));
            while let Some(record) = Record::decode(&mut buffer)? {
                match &self.hands {
                    Some(hands) if may_control => hands.event(header.seat, record)?,
                    _ => tracing::debug!(seat = %header.seat, "input without control is dropped"),
                }
            }
        }
        Ok(())
    }
}
