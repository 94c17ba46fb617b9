//! A support session: one endpoint's agent on one side, technicians in their seats on the other.
//!
//! Everything here happens under the session's own lock and without waiting: messages to others go into their
//! bounded outboxes, viewers are woken. A peer whose outbox is full takes nothing any more and is closed.

mod cursor;
mod outbox;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use desk::Participant;
use desk::permission::Rights;
use parking_lot::Mutex;
use plane::{DemandError, Refused};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use wire::control::{
    self, Answer, ColorMode, ControlState, Demand, Displays, Grant, Notice, Refresh, RefusalCode,
    SeatGranted, SeatLeft, SessionClosed, SessionEnded, SessionOpened, Wanted, Watch, control::Body,
};
use wire::cursor::Cursor;
use wire::input::Pointer;
use wire::screen::Update;
use wire::{Seat, SessionId};

use crate::admission::{NotAdmitted, grant_of, participant_on_wire, paths_on_wire, rights_on_wire};
use crate::db::EndpointId;
use crate::peer::Agent;
use cursor::CursorNow;

pub(crate) use cursor::CursorSeen;
pub(crate) use outbox::{Ending, Outbox, Outgoing};

/// A technician as a session knows him.
#[derive(Debug)]
pub(crate) struct Technician {
    pub(crate) who: Participant,
    /// What the endpoint calls him.
    pub(crate) name: String,
    pub(crate) grant: Grant,
    /// All that he may do, for the streams that he has open.
    pub(crate) rights: watch::Sender<Rights>,
    /// To his control stream.
    pub(crate) outbox: Outbox,
    /// Wakes the task that sends him the picture.
    pub(crate) wake: Arc<Notify>,
    /// Ends everything that he has open in the session.
    pub(crate) out: CancellationToken,
}

/// What happened in a session since the last look; each as in [`plane::Counters`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counted {
    pub(crate) updates_unwanted: u64,
    pub(crate) updates_outdated: u64,
    pub(crate) operations_broken: u64,
    pub(crate) tiles_refreshed: u64,
    pub(crate) messages_ignored: u64,
}

/// One support session.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) endpoint: EndpointId,
    pub(crate) name: String,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    plane: plane::Session,
    agent: Option<Arc<Agent>>,
    seats: BTreeMap<Seat, Seated>,
    last_seat: u32,
    displays: Vec<control::Display>,
    cursor: CursorNow,
    /// The agent was here and went; technicians wait for it.
    waiting: bool,
    /// What the agent was asked for last.
    demanded: Vec<Wanted>,
    /// What of the plane's counters was told already.
    told: plane::Counters,
}

#[derive(Debug)]
struct Seated {
    technician: Technician,
    /// Whether his input reaches the endpoint.
    controls: bool,
    /// What he wants to see once it is known which displays there are.
    first: Option<Watch>,
}

impl Session {
    /// A session without technicians and without its agent.
    pub(crate) fn new(id: SessionId, endpoint: EndpointId, name: String) -> Self {
        let state = State {
            plane: plane::Session::new(id, plane::Limits::default()),
            agent: None,
            seats: BTreeMap::new(),
            last_seat: 0,
            displays: Vec::new(),
            cursor: CursorNow::default(),
            waiting: false,
            demanded: Vec::new(),
            told: plane::Counters::default(),
        };
        Self { id, endpoint, name, state: Mutex::new(state) }
    }

    /// The endpoint's agent is here, for the first time or again.
    pub(crate) fn agent_came(&self, agent: &Arc<Agent>) {
        let mut state = self.state.lock();
        if state.agent.replace(Arc::clone(agent)).is_some() {
            state.plane.agent_lost();
        }
        agent.outbox.send(Body::SessionOpened(SessionOpened { session: self.id.to_wire() }));
        for (&seat, seated) in &state.seats {
            agent.outbox.send(self.granted(seat, &seated.technician));
        }
        state.demanded = Vec::new();
        self.ask_agent(&mut state);
        if std::mem::take(&mut state.waiting) {
            self.tell_all(&state, "the computer is connected again");
        }
    }

    /// The agent's link is gone; technicians stay and wait for it. Nothing happens if a newer link took over.
    pub(crate) fn agent_went(&self, agent: &Arc<Agent>) {
        let mut state = self.state.lock();
        if !state.agent.as_ref().is_some_and(|known| Arc::ptr_eq(known, agent)) {
            return;
        }
        state.agent = None;
        state.waiting = true;
        state.plane.agent_lost();
        self.tell_all(&state, "the connection to the computer is lost; waiting for it");
    }

    /// A technician comes in. He is told the displays; he sees nothing before his first demand.
    pub(crate) fn join(&self, technician: Technician) -> Result<Seat, NotAdmitted> {
        let mut state = self.state.lock();
        let seat = Seat::from_wire(state.last_seat + 1);
        state
            .plane
            .join(seat, plane::Viewer::Technician)
            .map_err(|error| NotAdmitted::new(RefusalCode::Full, error.to_string()))?;
        state.last_seat += 1;
        if let Some(agent) = &state.agent {
            agent.outbox.send(self.granted(seat, &technician));
        }
        state.seats.insert(seat, Seated { technician, controls: false, first: None });
        Ok(seat)
    }

    /// Tells a technician who has just come in what is there, and shows him what he wants to see `first`.
    pub(crate) fn greet(&self, seat: Seat, first: Option<Watch>) {
        let mut state = self.state.lock();
        let displays = (!state.displays.is_empty()).then(|| self.displays(&state));
        let Some(seated) = state.seats.get_mut(&seat) else { return };
        seated.first = first;
        if let Some(displays) = displays {
            seated.technician.outbox.send(displays);
        }
        seated.technician.wake.notify_one();
        self.show_first(&mut state);
    }

    /// Takes what technicians said as they came in for their demands, as far as there are displays.
    fn show_first(&self, state: &mut State) {
        let State { seats, plane, displays, .. } = state;
        for (&seat, seated) in seats.iter_mut().filter(|(_, seated)| seated.technician.grant.view) {
            let Some(wanted) = seated.first.and_then(|first| first_of(displays, first)) else { continue };
            seated.first = None;
            // One display is never beyond a limit, and its mode is one that viewers have.
            let _ = plane.demand(seat, &[wanted]);
            seated.technician.wake.notify_one();
        }
        self.ask_agent(state);
    }

    /// A technician is gone; what he held down is released, and what he left running ends if he went `for_good`.
    pub(crate) fn leave(&self, seat: Seat, for_good: bool) {
        let mut state = self.state.lock();
        if state.seats.remove(&seat).is_none() {
            return;
        }
        state.plane.leave(seat);
        self.release(&state, seat, for_good);
        self.ask_agent(&mut state);
    }

    /// Everybody who has a place.
    pub(crate) fn people(&self) -> BTreeSet<Participant> {
        self.state.lock().seats.values().map(|seated| seated.technician.who).collect()
    }

    /// Takes all places of somebody away, and tells him why.
    pub(crate) fn remove(&self, who: Participant, reason: &str) {
        let mut state = self.state.lock();
        let of_him = |(&seat, seated): (&Seat, &Seated)| (seated.technician.who == who).then_some(seat);
        let seats: Vec<Seat> = state.seats.iter().filter_map(of_him).collect();
        for seat in seats {
            self.put_out(&mut state, seat, reason);
        }
        self.ask_agent(&mut state);
    }

    /// The session is over: everybody is told why.
    pub(crate) fn close(&self, reason: &str) {
        let mut state = self.state.lock();
        let seats: Vec<Seat> = state.seats.keys().copied().collect();
        for seat in seats {
            self.put_out(&mut state, seat, reason);
        }
        self.send_agent_away(&mut state, reason);
    }

    /// The agent has no part in the session any more; technicians keep their places.
    pub(crate) fn dismiss_agent(&self, reason: &str) {
        let mut state = self.state.lock();
        self.send_agent_away(&mut state, reason);
        state.plane.agent_lost();
        self.tell_all(&state, reason);
    }

    fn put_out(&self, state: &mut State, seat: Seat, reason: &str) {
        let Some(seated) = state.seats.remove(&seat) else { return };
        state.plane.leave(seat);
        self.release(state, seat, true);
        seated.technician.out.cancel();
        let (session, code) = (self.id.to_wire(), RefusalCode::NotAllowed.into());
        let ended = SessionEnded { session, code, detail: reason.to_owned() };
        seated.technician.outbox.send(Body::SessionEnded(ended));
    }

    fn send_agent_away(&self, state: &mut State, reason: &str) {
        if let Some(agent) = state.agent.take() {
            let detail = reason.to_owned();
            let closed = SessionClosed { session: self.id.to_wire(), detail, for_good: true };
            agent.outbox.send(Body::SessionClosed(closed));
        }
    }

    /// Gives every seat the rights that its technician has now. Who may not control any more lets go; who may not
    /// look any more sees nothing from here on.
    pub(crate) fn renew_grants(&self, rights_of: impl Fn(Participant) -> Rights) {
        let mut state = self.state.lock();
        let seats: Vec<Seat> = state.seats.keys().copied().collect();
        for seat in seats {
            let State { seats, agent, .. } = &mut *state;
            let Some(seated) = seats.get_mut(&seat) else { continue };
            let rights = rights_of(seated.technician.who);
            let grant = grant_of(&rights);
            if *seated.technician.rights.borrow() != rights {
                seated.technician.rights.send_replace(rights);
                if let Some(agent) = agent {
                    agent.outbox.send(self.granted(seat, &seated.technician));
                }
            }
            let before = std::mem::replace(&mut seated.technician.grant, grant);
            let lets_go = seated.controls && !grant.control;
            seated.controls &= grant.control;
            if lets_go {
                let detail = "you may only watch from now on".to_owned();
                let message = ControlState { session: self.id.to_wire(), granted: false, detail };
                seated.technician.outbox.send(Body::ControlState(message));
                self.release(&state, seat, false);
            }
            if before.view && !grant.view {
                self.blind(&mut state, seat);
            }
        }
        self.ask_agent(&mut state);
    }

    /// Somebody may not look: whatever he asked to see, he sees nothing, and is told so.
    fn blind(&self, state: &mut State, seat: Seat) {
        // An empty demand is never beyond a limit.
        let _ = state.plane.demand(seat, &[]);
        let Some(seated) = state.seats.get(&seat) else { return };
        let text = "you may not see the screen of this session".to_owned();
        seated.technician.outbox.send(Body::Notice(Notice { session: self.id.to_wire(), text }));
    }

    /// What a technician wants to see from now on.
    pub(crate) fn demand(&self, seat: Seat, wanted: &[Wanted]) -> Result<(), DemandError> {
        let mut state = self.state.lock();
        if state.seats.get(&seat).is_some_and(|seated| !seated.technician.grant.view) {
            self.blind(&mut state, seat);
            return Ok(());
        }
        let replaced = state.plane.demand(seat, wanted)?;
        let Some(seated) = state.seats.get_mut(&seat) else { return Ok(()) };
        seated.first = None;
        for replaced in replaced {
            let text = format!(
                "display {} is watched in two colour modes already: {} instead of {}",
                replaced.display,
                name_of(replaced.given),
                name_of(replaced.wanted)
            );
            seated.technician.outbox.send(Body::Notice(Notice { session: self.id.to_wire(), text }));
        }
        seated.technician.wake.notify_one();
        self.ask_agent(&mut state);
        Ok(())
    }

    /// A technician's link delivers so many bytes a second: what is coded for the best-served one follows.
    pub(crate) fn note_rate(&self, seat: Seat, bytes_per_second: u64) {
        let mut state = self.state.lock();
        if state.plane.note_rate(seat, bytes_per_second) {
            self.ask_agent(&mut state);
        }
    }

    /// A technician wants control, or gives it up; the answer says what he has. Says whether that has changed.
    pub(crate) fn wish_control(&self, seat: Seat, wanted: bool) -> bool {
        let mut state = self.state.lock();
        let Some(seated) = state.seats.get_mut(&seat) else { return false };
        let granted = wanted && seated.technician.grant.control;
        let had = std::mem::replace(&mut seated.controls, granted);
        let refused = wanted && !granted;
        let detail = if refused { "you may only watch" } else { "" }.to_owned();
        let answer = ControlState { session: self.id.to_wire(), granted, detail };
        seated.technician.outbox.send(Body::ControlState(answer));
        if had && !granted {
            self.release(&state, seat, false);
        }
        had != granted
    }

    /// Whose input reaches the endpoint.
    pub(crate) fn controlling(&self) -> BTreeSet<Participant> {
        let state = self.state.lock();
        let controls = state.seats.values().filter(|seated| seated.controls);
        controls.map(|seated| seated.technician.who).collect()
    }

    /// The agent to which a technician's input may go now; `None` when he has no control, or it is away.
    pub(crate) fn controlled(&self, seat: Seat) -> Option<Arc<Agent>> {
        let state = self.state.lock();
        state.seats.get(&seat).filter(|seated| seated.controls)?;
        state.agent.clone()
    }

    /// The agent, while it is here.
    pub(crate) fn agent(&self) -> Option<Arc<Agent>> {
        self.state.lock().agent.clone()
    }

    /// Says something to the agent, while it is here.
    pub(crate) fn tell_endpoint(&self, body: Body) {
        if let Some(agent) = &self.state.lock().agent {
            agent.outbox.send(body);
        }
    }

    /// What the technician of a seat may do, now and as it changes.
    pub(crate) fn rights(&self, seat: Seat) -> Option<watch::Receiver<Rights>> {
        self.state.lock().seats.get(&seat).map(|seated| seated.technician.rights.subscribe())
    }

    /// Somebody's newest place, with what he may do there and what fires when he is out.
    pub(crate) fn place_of(
        &self,
        who: Participant,
    ) -> Option<(Seat, watch::Receiver<Rights>, CancellationToken)> {
        let state = self.state.lock();
        let (&seat, seated) = state.seats.iter().rfind(|(_, seated)| seated.technician.who == who)?;
        Some((seat, seated.technician.rights.subscribe(), seated.technician.out.clone()))
    }

    /// A technician's pointer is there: what is near goes first.
    pub(crate) fn point_at(&self, seat: Seat, at: Pointer) {
        self.state.lock().plane.point_at(seat, at.display, at.x, at.y);
    }

    /// The agent says which displays there are.
    pub(crate) fn set_displays(&self, displays: Vec<control::Display>) {
        let mut state = self.state.lock();
        state.displays = displays;
        let message = self.displays(&state);
        for seated in state.seats.values() {
            seated.technician.outbox.send(message.clone());
        }
        self.show_first(&mut state);
    }

    /// The agent has something to say to the technicians.
    pub(crate) fn notice(&self, text: &str) {
        self.tell_all(&self.state.lock(), text);
    }

    /// The pointer changed.
    pub(crate) fn set_cursor(&self, cursor: &Cursor) {
        let mut state = self.state.lock();
        state.cursor.set(cursor);
        for seated in state.seats.values() {
            seated.technician.wake.notify_one();
        }
    }

    /// What of the pointer is newer than what a viewer has seen, as records ready to be sent.
    pub(crate) fn cursor_since(&self, seen: &mut CursorSeen) -> Vec<bytes::Bytes> {
        self.state.lock().cursor.since(seen)
    }

    /// An update of the agent; `captured_us` is on the relay's own clock. Gives what to answer. What an older
    /// link of the agent still brings is dropped.
    pub(crate) fn receive(
        &self,
        now: Instant,
        agent: &Arc<Agent>,
        update: Update,
        captured_us: u32,
    ) -> Result<Option<Answer>, Refused> {
        let mut state = self.state.lock();
        if !state.agent.as_ref().is_some_and(|known| Arc::ptr_eq(known, agent)) {
            return Ok(None);
        }
        let changed = state.plane.receive(update, captured_us)?;
        for seat in &changed.seats {
            if let Some(seated) = state.seats.get(seat) {
                seated.technician.wake.notify_one();
            }
        }
        self.ask_for_tiles(&mut state, now);
        Ok(changed.answer)
    }

    /// Whether a viewer may have something to be sent.
    pub(crate) fn is_due(&self, seat: Seat) -> bool {
        self.state.lock().plane.is_due(seat)
    }

    /// The next update for a viewer. It counts as had, so it must be sent.
    pub(crate) fn take(&self, now: Instant, seat: Seat, bytes_max: usize) -> Option<Update> {
        let mut state = self.state.lock();
        let update = state.plane.take(now, seat, bytes_max);
        self.ask_for_tiles(&mut state, now);
        update
    }

    /// What the plane counted since the last time.
    pub(crate) fn counted(&self) -> Counted {
        let mut state = self.state.lock();
        let now = state.plane.counters();
        let before = std::mem::replace(&mut state.told, now);
        Counted {
            updates_unwanted: now.updates_unwanted - before.updates_unwanted,
            updates_outdated: now.updates_outdated - before.updates_outdated,
            operations_broken: now.operations_broken - before.operations_broken,
            tiles_refreshed: now.tiles_refreshed - before.tiles_refreshed,
            messages_ignored: now.messages_ignored - before.messages_ignored,
        }
    }

    /// When [`Session::tick`] is wanted.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.state.lock().plane.refresh_deadline()
    }

    /// Asks for tiles again whose answer is overdue.
    pub(crate) fn tick(&self, now: Instant) {
        self.ask_for_tiles(&mut self.state.lock(), now);
    }

    /// A viewer lost tiles.
    pub(crate) fn refresh(&self, now: Instant, seat: Seat, refresh: &Refresh) {
        let mut state = self.state.lock();
        state.plane.refresh(seat, refresh);
        if let Some(seated) = state.seats.get(&seat) {
            seated.technician.wake.notify_one();
        }
        self.ask_for_tiles(&mut state, now);
    }

    /// A viewer has applied updates.
    pub(crate) fn answer(&self, seat: Seat, answer: &Answer) {
        // Nothing becomes due by it, so nobody is woken.
        self.state.lock().plane.answer(seat, answer);
    }

    /// Tells the agent what all technicians together want, if that changed.
    fn ask_agent(&self, state: &mut State) {
        let Some(agent) = &state.agent else { return };
        let wanted = state.plane.wanted();
        if wanted != state.demanded {
            state.demanded.clone_from(&wanted);
            agent.outbox.send(Body::Demand(Demand { session: self.id.to_wire(), wanted }));
        }
    }

    fn ask_for_tiles(&self, state: &mut State, now: Instant) {
        while let (Some(agent), Some(refresh)) = (&state.agent, state.plane.take_refresh(now)) {
            agent.outbox.send(Body::Refresh(refresh));
        }
    }

    fn granted(&self, seat: Seat, technician: &Technician) -> Body {
        Body::SeatGranted(SeatGranted {
            session: self.id.to_wire(),
            seat: seat.to_wire(),
            participant: participant_on_wire(technician.who),
            name: technician.name.clone(),
            rights: rights_on_wire(&technician.rights.borrow()),
            paths: paths_on_wire(&technician.rights.borrow()).unwrap_or_default(),
        })
    }

    fn release(&self, state: &State, seat: Seat, for_good: bool) {
        if let Some(agent) = &state.agent {
            let left = SeatLeft { session: self.id.to_wire(), seat: seat.to_wire(), for_good };
            agent.outbox.send(Body::SeatLeft(left));
        }
    }

    fn displays(&self, state: &State) -> Body {
        Body::Displays(Displays { session: self.id.to_wire(), displays: state.displays.clone() })
    }

    fn tell_all(&self, state: &State, text: &str) {
        for seated in state.seats.values() {
            let notice = Notice { session: self.id.to_wire(), text: text.to_owned() };
            seated.technician.outbox.send(Body::Notice(notice));
        }
    }
}

/// The display that is wanted, or the one that people look at first.
fn first_of(displays: &[control::Display], watch: Watch) -> Option<Wanted> {
    let named = displays.iter().find(|one| Some(one.id) == watch.display);
    let chosen = named.or_else(|| displays.iter().find(|one| one.primary)).or(displays.first())?;
    Some(Wanted { display: chosen.id, mode: watch.mode, bytes_per_second: 0 })
}

fn name_of(mode: ColorMode) -> &'static str {
    match mode {
        ColorMode::BlackAndWhite => "black and white",
        ColorMode::FewColors => "few colours",
        ColorMode::MoreColors => "more colours",
        ColorMode::Unspecified | ColorMode::AllColors => "all colours",
        ColorMode::VideoOptimized => "all colours with video",
    }
}
