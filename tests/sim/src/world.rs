//! All nodes and links, and what happens on them in virtual time.
//!
//! Every update and every answer takes its bytes' way: encoded, delayed, decoded. Nothing here decides what is
//! sent; that is `plane` and `proto`.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bytes::{Bytes, BytesMut};
use plane::{Limits, Session, Viewer};
use wire::control::{Answer, ColorMode, Refresh, Wanted};
use wire::screen::Update;
use wire::{Epoch, RenditionId, Seat, SessionId, TileIndex};

use crate::agent::{Agent, Habits};
use crate::film::{FILMS_MAX, Showing};
use crate::net::Pipe;
use crate::receiver::Receiver;
use crate::rng::Rng;
use crate::truth::Truth;

const SESSION: SessionId = SessionId::from_wire(7);

/// Who sends updates on a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upper {
    /// The agent.
    Agent,
    /// A relay by its place.
    Relay(usize),
}

/// Who gets updates on a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lower {
    /// A relay by its place.
    Relay(usize),
    /// A viewer by its place.
    Viewer(usize),
}

#[derive(Debug)]
struct Link {
    upper: Upper,
    lower: Lower,
    seat: Seat,
    down: Pipe,
    up: Pipe,
    in_flight_bytes: usize,
    window_bytes: usize,
}

/// What travels towards the agent.
#[derive(Debug, Clone)]
enum Up {
    Answer(Answer),
    Refresh(Refresh),
    Demand(Vec<Wanted>),
    Input(Seat, u32),
}

#[derive(Debug)]
enum Event {
    Down(u64, Bytes),
    Up(u64, Up),
}

#[derive(Debug)]
struct Relay {
    session: Session,
    above: Upper,
    uplink: Option<u64>,
    demand_sent: Option<Vec<Wanted>>,
}

#[derive(Debug)]
struct Node {
    receiver: Receiver,
    relay: usize,
    link: Option<u64>,
    watches: bool,
    inputs: u32,
    manners: Manners,
}

/// How a viewer behaves until lines are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manners {
    /// As he should.
    Good,
    /// Takes nothing off his line, and answers nothing.
    Deaf,
    /// Takes all, looks at nothing, and says what makes no sense.
    Raving,
}

/// What a run cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Updates sent on all links.
    pub updates: u64,
    /// Bytes of them, with headers.
    pub bytes: u64,
    /// Tiles asked for upstream, on all links.
    pub refreshed: u64,
    /// Copies that travelled.
    pub copies: u64,
    /// Patches that travelled.
    pub patches: u64,
    /// Reuses that travelled.
    pub reuses: u64,
    /// Pictures of films that travelled.
    pub pictures: u64,
}

/// An agent, relays and viewers.
#[derive(Debug)]
pub struct World {
    /// Virtual time.
    pub now_us: u64,
    /// All chance in the run.
    pub rng: Rng,
    /// The endpoint.
    pub agent: Agent,
    /// What was sent so far.
    pub figures: Figures,
    /// Whether new lines are good ones.
    pub is_calm: bool,
    truth: Truth,
    start: Instant,
    relays: Vec<Relay>,
    nodes: Vec<Node>,
    links: BTreeMap<u64, Link>,
    queue: BinaryHeap<Reverse<(u64, u64)>>,
    events: HashMap<u64, Event>,
    serial: u64,
    agent_inputs: HashMap<Seat, u32>,
}

impl World {
    /// An agent, relays below it as `above` says, and no viewers.
    pub fn new(seed: u64, habits: Habits, above: &[Upper]) -> Self {
        let mut rng = Rng::new(seed);
        let agent = Agent::new(&mut rng, habits);
        let relay = |above: &Upper| Relay {
            session: Session::new(SESSION, Limits::default()),
            above: *above,
            uplink: None,
            demand_sent: None,
        };
        Self {
            now_us: 0,
            rng,
            agent,
            figures: Figures::default(),
            is_calm: false,
            truth: Truth::default(),
            start: Instant::now(),
            relays: above.iter().map(relay).collect(),
            nodes: Vec::new(),
            links: BTreeMap::new(),
            queue: BinaryHeap::new(),
            events: HashMap::new(),
            serial: 0,
            agent_inputs: HashMap::new(),
        }
    }

    /// A viewer that connects to a relay when [`World::connect`] is called.
    pub fn add_viewer(&mut self, relay: usize, manners: Manners) {
        let receiver = Receiver::default();
        self.nodes.push(Node { receiver, relay, link: None, watches: true, inputs: 0, manners });
    }

    /// How many relays there are.
    pub fn relays(&self) -> usize {
        self.relays.len()
    }

    /// How many viewers there are.
    pub fn viewers(&self) -> usize {
        self.nodes.len()
    }

    /// Runs what is on the lines up to a time.
    pub fn run_until(&mut self, end_us: u64) -> anyhow::Result<()> {
        while let Some(Reverse((at, serial))) =
            self.queue.peek().copied().filter(|Reverse((at, _))| *at <= end_us)
        {
            self.queue.pop();
            self.now_us = self.now_us.max(at);
            let Some(event) = self.events.remove(&serial) else { continue };
            match event {
                Event::Down(link, bytes) => self.arrive_down(link, bytes)?,
                Event::Up(link, up) => self.arrive_up(link, up)?,
            }
            self.pump();
        }
        self.now_us = end_us;
        Ok(())
    }

    /// Captures, refines, and sends what there is room for.
    pub fn capture(&mut self, refine_all: bool, showing: Showing) -> anyhow::Result<()> {
        let (now, now_us) = (self.now(), self.now_us as u32);
        if self.agent.desktop.picture != *self.agent.captured()
            || self.agent.store.epoch() != Some(self.agent.epoch())
            || self.agent.films().iter().any(|film| film.wants_key || showing == Showing::Over)
        {
            self.agent.capture(now_us, showing, &mut self.truth, &mut self.rng)?;
        }
        self.agent.refine(now, now_us, refine_all, &mut self.rng)?;
        self.pump();
        Ok(())
    }

    /// Connects what is not connected, each with a chance of so many in a hundred.
    pub fn connect(&mut self, percent: u64) {
        for place in 0..self.relays.len() {
            if self.relays[place].uplink.is_none() && self.rng.percent(percent) {
                self.connect_relay(place);
            }
        }
        for place in 0..self.nodes.len() {
            if self.nodes[place].link.is_none() && self.rng.percent(percent) {
                self.connect_viewer(place);
            }
        }
        self.pump();
    }

    /// Cuts a viewer's line.
    pub fn cut_viewer(&mut self, place: usize) {
        if let Some(link) = self.nodes[place].link {
            self.cut(link);
        }
    }

    /// Cuts a relay's line upwards.
    pub fn cut_uplink(&mut self, place: usize) {
        if let Some(link) = self.relays[place].uplink {
            self.cut(link);
        }
    }

    /// A relay forgets everything, and all its lines are lost.
    pub fn restart_relay(&mut self, place: usize) {
        let touches = |link: &Link| link.upper == Upper::Relay(place) || link.lower == Lower::Relay(place);
        let lost: Vec<_> = self.links.iter().filter(|(_, link)| touches(link)).map(|(id, _)| *id).collect();
        lost.into_iter().for_each(|link| self.cut(link));
        self.relays[place].session = Session::new(SESSION, Limits::default());
    }

    /// A viewer stops watching, or watches again, on the same link.
    pub fn toggle(&mut self, place: usize, watches: bool) {
        let node = &mut self.nodes[place];
        if node.watches == watches {
            return;
        }
        node.watches = watches;
        if !watches {
            node.receiver.free();
        }
        if let Some(link) = node.link {
            self.send_up(link, Up::Demand(demand(watches)));
        }
    }

    /// A viewer asks for tiles, out of the blue.
    pub fn ask(&mut self, place: usize, percent: u64) {
        let node = &self.nodes[place];
        let (Some(link), Some(epoch)) = (node.link, node.receiver.epoch()) else { return };
        let tiles = 0..node.receiver.tiles() as u32;
        let tiles: Vec<_> = tiles.filter(|_| self.rng.percent(percent)).collect();
        self.send_up(link, Up::Refresh(refresh(epoch, tiles)));
    }

    /// A viewer's decoder fails on a film, and it asks for a picture that stands alone.
    pub fn lose_film(&mut self, place: usize) {
        let node = &mut self.nodes[place];
        let (Some(link), Some(epoch)) = (node.link, node.receiver.epoch()) else { return };
        if let Some(id) = node.receiver.lose_film(&mut self.rng) {
            self.send_up(link, Up::Refresh(Refresh { videos: vec![id], ..refresh(epoch, Vec::new()) }));
        }
    }

    /// A viewer who means no good says something. What breaks a rule costs him his line.
    pub fn rave(&mut self, place: usize) {
        let node = &self.nodes[place];
        let Some(link) = node.link.filter(|_| node.manners == Manners::Raving) else { return };
        let (session, rendition) = match self.rng.below(3) {
            0 => (SESSION.to_wire(), self.rng.below(1 << 17) as u32),
            1 => (self.rng.below(99), u32::from(RenditionId::of(0, ColorMode::AllColors).to_wire())),
            _ => (SESSION.to_wire(), u32::from(RenditionId::of(0, ColorMode::AllColors).to_wire())),
        };
        let said = match self.rng.below(4) {
            0 => {
                let applied = (1 << 40) + self.rng.below(1 << 20);
                Up::Answer(Answer { session, rendition, applied, decode_us: 0, paint_us: 0 })
            }
            1 => {
                let tiles = (0..200).map(|_| self.rng.below(1 << 18) as u32).collect();
                let videos = (0..20).map(|_| self.rng.below(1 << 10) as u32).collect();
                let epoch = self.rng.below(1 << 20);
                Up::Refresh(Refresh { session, rendition, epoch, tiles, videos })
            }
            2 => {
                let display = 256 + self.rng.below(512) as u32;
                Up::Demand(vec![Wanted { display, ..Wanted::default() }])
            }
            _ => Up::Demand(demand(self.rng.percent(50))),
        };
        self.send_up(link, said);
    }

    /// Checks that every viewer shows all films at their newest pictures.
    pub fn check_films(&self) -> anyhow::Result<()> {
        for (place, node) in self.nodes.iter().enumerate() {
            let films = node.receiver.check_films(self.agent.films());
            films.with_context(|| format!("viewer {place}"))?;
        }
        Ok(())
    }

    /// A viewer presses a key.
    pub fn press(&mut self, place: usize) {
        if let Some(link) = self.nodes[place].link {
            self.nodes[place].inputs += 1;
            let (seat, number) = (self.links[&link].seat, self.nodes[place].inputs);
            self.send_up(link, Up::Input(seat, number));
        }
    }

    /// From here on all lines are good, and everybody watches.
    pub fn calm(&mut self) {
        self.is_calm = true;
        for place in 0..self.nodes.len() {
            if std::mem::replace(&mut self.nodes[place].manners, Manners::Good) != Manners::Good {
                self.cut_viewer(place);
            }
        }
        for link in self.links.values_mut() {
            link.down.mend();
            link.up.mend();
            link.window_bytes = 64 << 10;
        }
        (0..self.nodes.len()).for_each(|place| self.toggle(place, true));
    }

    /// Checks that every viewer shows the agent's picture.
    pub fn check_exact(&self) -> anyhow::Result<()> {
        ensure!(self.agent.has_settled(), "the agent has not settled");
        let picture = self.agent.captured();
        let places = (0..picture.grid().tiles()).filter_map(TileIndex::from_usize);
        let newest: Vec<_> = places.map(|index| self.agent.store.newest(index)).collect();
        for (place, node) in self.nodes.iter().enumerate() {
            let exact = node.receiver.check_exact(self.agent.epoch(), picture, &newest);
            exact.with_context(|| format!("viewer {place}"))?;
        }
        self.check_films()
    }

    /// Checks what holds at any time, apart from pixels: those are checked as they are shown.
    pub fn check_bounds(&self) -> anyhow::Result<()> {
        let tiles = self.agent.captured().grid().tiles();
        // A second of films, a picture in each tick and some that were asked for.
        let films = FILMS_MAX * 100 * 64 * 4;
        let bytes_max = 20 * 8_192 + 512 * 64 + 4 * 64 + films;
        ensure!(tiles <= 20 && self.agent.store.payload_bytes() <= bytes_max, "the agent keeps too much");
        for (place, relay) in self.relays.iter().enumerate() {
            let (bytes, broken) = (relay.session.payload_bytes(), relay.session.counters().operations_broken);
            ensure!(bytes <= bytes_max, "relay {place} keeps {bytes} bytes");
            ensure!(broken == 0, "relay {place} got {broken} operations without their base");
        }
        for (place, node) in self.nodes.iter().enumerate() {
            let broken = node.receiver.broken();
            ensure!(broken == 0, "viewer {place} got {broken} operations without their base");
        }
        ensure!(self.agent.store.counters().broken == 0, "the agent based operations on nothing");
        Ok(())
    }

    /// The length of a run on the clock that machines are given.
    fn now(&self) -> Instant {
        self.start + Duration::from_micros(self.now_us)
    }

    fn connect_relay(&mut self, place: usize) {
        let above = self.relays[place].above;
        let link = self.open(above, Lower::Relay(place));
        self.relays[place].uplink = Some(link);
        if above == Upper::Agent {
            self.agent.connect(SESSION, RenditionId::of(0, ColorMode::AllColors));
        }
    }

    fn connect_viewer(&mut self, place: usize) {
        let node = &mut self.nodes[place];
        (node.receiver, node.inputs) = (Receiver::default(), 0);
        let (relay, watches) = (node.relay, node.watches);
        let link = self.open(Upper::Relay(relay), Lower::Viewer(place));
        self.nodes[place].link = Some(link);
        self.send_up(link, Up::Demand(demand(watches)));
    }

    fn open(&mut self, upper: Upper, lower: Lower) -> u64 {
        self.serial += 1;
        let (id, seat) = (self.serial, Seat::from_wire(self.serial as u32));
        let good = self.is_calm;
        let mut pipe = || if good { Pipe::good() } else { Pipe::any(&mut self.rng) };
        let (down, up) = (pipe(), pipe());
        let window_bytes = if good { 64 << 10 } else { 200 << self.rng.below(9) };
        self.links.insert(id, Link { upper, lower, seat, down, up, in_flight_bytes: 0, window_bytes });
        if let Upper::Relay(relay) = upper {
            let viewer = if matches!(lower, Lower::Relay(_)) { Viewer::Hop } else { Viewer::Technician };
            let joined = self.relays[relay].session.join(seat, viewer);
            debug_assert!(joined.is_ok(), "{joined:?}");
        }
        id
    }

    fn cut(&mut self, id: u64) {
        let Some(link) = self.links.remove(&id) else { return };
        match link.upper {
            Upper::Agent => {
                self.agent.view = None;
                if self.rng.percent(50) {
                    self.agent.demand(false, &mut self.rng);
                }
            }
            Upper::Relay(relay) => self.relays[relay].session.leave(link.seat),
        }
        match link.lower {
            Lower::Relay(relay) => {
                let relay = &mut self.relays[relay];
                relay.session.agent_lost();
                (relay.uplink, relay.demand_sent) = (None, None);
            }
            Lower::Viewer(place) => self.nodes[place].link = None,
        }
    }

    fn arrive_down(&mut self, id: u64, bytes: Bytes) -> anyhow::Result<()> {
        let Some(link) = self.links.get_mut(&id) else { return Ok(()) };
        let manners = match link.lower {
            Lower::Viewer(place) => self.nodes[place].manners,
            Lower::Relay(_) => Manners::Good,
        };
        if manners == Manners::Deaf {
            return Ok(());
        }
        link.in_flight_bytes -= bytes.len();
        if manners == Manners::Raving {
            return Ok(());
        }
        let update = Update::decode(bytes)?;
        match link.lower {
            Lower::Relay(relay) => {
                let captured_us = update.header.captured_us;
                let changed = self.relays[relay].session.receive(update, captured_us)?;
                if let Some(answer) = changed.answer {
                    self.send_up(id, Up::Answer(answer));
                }
            }
            Lower::Viewer(place) => {
                let node = &mut self.nodes[place];
                if node.receiver.receive(update, &self.truth).with_context(|| format!("viewer {place}"))? {
                    let rendition = u32::from(RenditionId::of(0, ColorMode::AllColors).to_wire());
                    let (session, applied) = (SESSION.to_wire(), node.receiver.applied());
                    self.send_up(
                        id,
                        Up::Answer(Answer { session, rendition, applied, decode_us: 0, paint_us: 0 }),
                    );
                }
            }
        }
        Ok(())
    }

    fn arrive_up(&mut self, id: u64, up: Up) -> anyhow::Result<()> {
        let Some(link) = self.links.get(&id) else { return Ok(()) };
        let seat = link.seat;
        let Upper::Relay(relay) = link.upper else { return self.arrive_at_agent(up) };
        let relay = &mut self.relays[relay];
        match up {
            Up::Answer(answer) => relay.session.answer(seat, &answer),
            Up::Refresh(refresh) => relay.session.refresh(seat, &refresh),
            Up::Demand(wanted) => {
                if let Err(error) = relay.session.demand(seat, &wanted) {
                    ensure!(self.is_raving(id), "{error}");
                    self.cut(id);
                }
            }
            Up::Input(seat, number) => {
                if let Some(uplink) = relay.uplink {
                    self.send_up(uplink, Up::Input(seat, number));
                }
            }
        }
        Ok(())
    }

    fn is_raving(&self, id: u64) -> bool {
        let lower = self.links.get(&id).map(|link| link.lower);
        matches!(lower, Some(Lower::Viewer(place)) if self.nodes[place].manners == Manners::Raving)
    }

    fn arrive_at_agent(&mut self, up: Up) -> anyhow::Result<()> {
        match up {
            Up::Answer(answer) => self.agent.answer(&answer),
            Up::Refresh(refresh) => {
                let tiles = refresh.tiles.iter().map(|tile| TileIndex::from_wire(*tile as u16));
                let epoch = Epoch::from_wire(refresh.epoch);
                self.agent.refresh(epoch, &tiles.collect::<Vec<_>>(), &refresh.videos);
            }
            Up::Demand(wanted) => self.agent.demand(!wanted.is_empty(), &mut self.rng),
            Up::Input(seat, number) => {
                let last = self.agent_inputs.insert(seat, number).unwrap_or(0);
                ensure!(last < number, "input {number} of {seat} came after {last}");
                self.agent.input(seat, number, &mut self.rng);
            }
        }
        Ok(())
    }

    /// Sends on every link what it has room for, and upwards what relays want.
    fn pump(&mut self) {
        let ids: Vec<_> = self.links.keys().copied().collect();
        for id in ids {
            while let Some(update) = self.take(id) {
                self.send_down(id, &update);
            }
        }
        for place in 0..self.relays.len() {
            let Some(uplink) = self.relays[place].uplink else { continue };
            let now = self.now();
            let relay = &mut self.relays[place];
            let wanted = relay.session.wanted();
            if relay.demand_sent.as_ref() != Some(&wanted) {
                relay.demand_sent = Some(wanted.clone());
                self.send_up(uplink, Up::Demand(wanted));
            }
            while let Some(refresh) = self.relays[place].session.take_refresh(now) {
                self.figures.refreshed += refresh.tiles.len() as u64;
                self.send_up(uplink, Up::Refresh(refresh));
            }
        }
    }

    fn take(&mut self, id: u64) -> Option<Update> {
        let now = self.now();
        let link = self.links.get(&id)?;
        let room = link.window_bytes.checked_sub(link.in_flight_bytes).filter(|room| 0 < *room)?;
        match link.upper {
            Upper::Agent => self.agent.take(now, room),
            Upper::Relay(relay) => self.relays[relay].session.take(now, link.seat, room),
        }
    }

    fn send_down(&mut self, id: u64, update: &Update) {
        let mut bytes = BytesMut::new();
        update.encode().iter().for_each(|chunk| bytes.extend_from_slice(chunk));
        let bytes = bytes.freeze();
        self.count(update, bytes.len());
        let Some(link) = self.links.get_mut(&id) else { return };
        link.in_flight_bytes += bytes.len();
        let at = link.down.stream(self.now_us, bytes.len(), &mut self.rng);
        self.schedule(at, Event::Down(id, bytes));
    }

    fn send_up(&mut self, id: u64, up: Up) {
        let Some(link) = self.links.get_mut(&id) else { return };
        let at = link.up.message(self.now_us, 50, &mut self.rng);
        self.schedule(at, Event::Up(id, up));
    }

    fn schedule(&mut self, at: u64, event: Event) {
        self.serial += 1;
        self.queue.push(Reverse((at, self.serial)));
        self.events.insert(self.serial, event);
    }

    fn count(&mut self, update: &Update, bytes: usize) {
        self.figures.updates += 1;
        self.figures.bytes += bytes as u64;
        for operation in &update.operations {
            match operation {
                wire::screen::Operation::Copy(_) => self.figures.copies += 1,
                wire::screen::Operation::Patch(_) => self.figures.patches += 1,
                wire::screen::Operation::Reuse(_) => self.figures.reuses += 1,
                wire::screen::Operation::VideoPicture(_) => self.figures.pictures += 1,
                _ => {}
            }
        }
    }
}

fn demand(watches: bool) -> Vec<Wanted> {
    let all = Wanted { display: 0, mode: ColorMode::AllColors.into(), bytes_per_second: 0 };
    if watches { vec![all] } else { Vec::new() }
}

fn refresh(epoch: Epoch, tiles: Vec<u32>) -> Refresh {
    let rendition = u32::from(RenditionId::of(0, ColorMode::AllColors).to_wire());
    Refresh { session: SESSION.to_wire(), rendition, epoch: epoch.to_wire(), tiles, videos: Vec::new() }
}
