//! The person at this computer: who sees who is connected, is asked, chats, and can end it all.
//!
//! [`machine`] decides; [`terminal`] shows, for now. The machine outlives links: what was refused on one is refused on
//! the next. A link takes what is to be said to its relay, and asks for every technician whether he may act.

mod machine;
mod terminal;

use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;
use wire::SessionId;
use wire::control::control::Body;

pub(crate) use machine::Input;
use machine::{Machine, Output, Settings};

/// Where the person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the terminal, where there is one.
    Auto,
    /// At standard input and output, whatever they are.
    Terminal,
    /// Nowhere: nobody can be asked.
    Nowhere,
}

/// The way to the person. Cheap to clone.
#[derive(Clone)]
pub struct Person(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    /// There is something to say to the relay.
    to_say: Notify,
    /// Counts changes of who may act.
    changes: watch::Sender<u64>,
    /// The machine's next deadline may be another one.
    woken: Notify,
}

struct State {
    machine: Machine,
    screen: Option<terminal::Screen>,
    /// For the relay of the next link, if there is none now.
    say: Vec<Body>,
}

/// Messages that wait for a link. What a person says to nobody for so long is not worth saying.
const SAY_MAX: usize = 64;

impl Person {
    /// Nobody.
    pub fn nobody() -> Self {
        Self::new(Settings::default(), None)
    }

    /// Opens the place where the person is, and listens there until `stop`.
    ///
    /// # Errors
    /// When no thread can be made.
    pub fn open(place: Place, asks_always: bool, stop: &CancellationToken) -> std::io::Result<Self> {
        let has_person = match place {
            Place::Auto => terminal::is_there(),
            Place::Terminal => true,
            Place::Nowhere => false,
        };
        let screen = has_person.then(terminal::Screen::new);
        let person = Self::new(Settings { has_person, asks_always }, screen);
        if has_person {
            let (this, stop, mut lines) = (person.clone(), stop.clone(), terminal::lines()?);
            tokio::spawn(async move {
                loop {
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => return,
                        line = lines.recv() => match line {
                            Some(line) => this.handle(Input::Line(line)),
                            None => return,
                        },
                    }
                }
            });
        }
        let (this, stop) = (person.clone(), stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = this.keep_time() => {}
            }
        });
        Ok(person)
    }

    fn new(settings: Settings, screen: Option<terminal::Screen>) -> Self {
        let state = State { machine: Machine::new(settings), screen, say: Vec::new() };
        let inner = Inner {
            state: Mutex::new(state),
            to_say: Notify::new(),
            changes: watch::Sender::new(0),
            woken: Notify::new(),
        };
        let person = Self(Arc::new(inner));
        person.act();
        person
    }

    /// Something happened.
    pub(crate) fn handle(&self, input: Input) {
        self.0.state.lock().machine.handle(Instant::now(), input);
        self.act();
    }

    /// Does what the machine says.
    fn act(&self) {
        let mut state = self.0.state.lock();
        let (mut has_said, mut has_changed) = (false, false);
        while let Some(output) = state.machine.poll() {
            match (output, &mut state.screen) {
                (Output::Send(body), _) => {
                    if state.say.len() < SAY_MAX {
                        state.say.push(body);
                        has_said = true;
                    }
                }
                (Output::Changed, _) => has_changed = true,
                (Output::Show(line), Some(screen)) => screen.show(&line),
                (Output::Status(status), Some(screen)) => screen.set_status(status),
                (Output::Show(line), None) => tracing::info!(line, "for the person at this computer"),
                (Output::Status(_), None) => {}
            }
        }
        drop(state);
        self.0.woken.notify_one();
        if has_said {
            self.0.to_say.notify_one();
        }
        if has_changed {
            self.0.changes.send_modify(|count| *count += 1);
        }
    }

    /// Whether a technician may act in a session.
    pub(crate) fn may(&self, session: SessionId, participant: &str) -> bool {
        self.0.state.lock().machine.may(session, participant)
    }

    /// Tells of changes of who may act.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// Waits for something to say to the relay. Safe to drop half-way.
    pub(crate) async fn to_say(&self) -> Vec<Body> {
        loop {
            let said = std::mem::take(&mut self.0.state.lock().say);
            if !said.is_empty() {
                return said;
            }
            self.0.to_say.notified().await;
        }
    }

    /// Answers for a person who is silent.
    async fn keep_time(&self) {
        loop {
            let deadline = self.0.state.lock().machine.deadline();
            let woken = self.0.woken.notified();
            match deadline {
                None => woken.await,
                Some(deadline) => tokio::select! {
                    () = woken => {}
                    () = sleep_until(deadline.into()) => self.handle(Input::Tick),
                },
            }
        }
    }
}
