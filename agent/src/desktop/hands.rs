//! The thread that does what technicians' hands do.
//!
//! It owns the platform's [`Input`] and what each technician holds down. Events come through one bounded
//! queue in the order in which they arrived; when somebody leaves, what he held is released.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam::channel::{Receiver, Sender, TrySendError, bounded};
use frame::Point;
use keyboard_types::{Code, Key};
use parking_lot::Mutex;
use platform::{Input, InputError, Platform};
use proto::input::Held;
use wire::Seat;
use wire::input::{Event, Pointer, Record};
use wire::screen::SeatInput;

/// Events that wait for the desktop: a second of the fastest mouse and keyboard together.
const EVENTS_MAX: usize = 1024;

/// What the thread is asked to do.
enum Act {
    Event(Seat, Record),
    Release(Seat),
    ReleaseAll,
}

/// Hands over events; cheap to clone.
#[derive(Clone)]
pub struct Hands {
    acts: Sender<Act>,
    done: Arc<Mutex<Done>>,
}

/// What has been injected.
#[derive(Default)]
struct Done {
    inputs: Vec<SeatInput>,
    pointer: Option<Pointer>,
    last: Option<Instant>,
}

/// The desktop does not take input any more: its queue is full or its thread is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the desktop does not take input")]
pub struct Stuck;

impl Hands {
    /// Starts the thread. It ends when the last clone is dropped; everything held is released then.
    ///
    /// # Errors
    /// When the platform has no way to inject input, or no thread can be made.
    pub fn start(platform: &Platform) -> anyhow::Result<Self> {
        let input = platform.input()?;
        let (acts, queue) = bounded(EVENTS_MAX);
        let done = Arc::new(Mutex::new(Done::default()));
        let worker = Worker { input, held: Held::default(), done: Arc::clone(&done) };
        thread::Builder::new().name("hands".into()).spawn(move || worker.run(&queue))?;
        Ok(Self { acts, done })
    }

    /// Queues one event of a technician.
    pub fn event(&self, seat: Seat, record: Record) -> Result<(), Stuck> {
        self.act(Act::Event(seat, record))
    }

    /// A technician left or lost control: what he holds is released.
    pub fn release(&self, seat: Seat) -> Result<(), Stuck> {
        self.act(Act::Release(seat))
    }

    /// Nobody is here any more.
    pub fn release_all(&self) -> Result<(), Stuck> {
        self.act(Act::ReleaseAll)
    }

    /// The last event of each technician that the desktop has taken.
    pub fn inputs(&self) -> Vec<SeatInput> {
        self.done.lock().inputs.clone()
    }

    /// Where a technician last put the pointer.
    pub fn pointer(&self) -> Option<Pointer> {
        self.done.lock().pointer
    }

    /// Whether somebody did something within the last `time`.
    pub fn acted_within(&self, time: Duration) -> bool {
        self.done.lock().last.is_some_and(|last| last.elapsed() < time)
    }

    fn act(&self, act: Act) -> Result<(), Stuck> {
        self.acts.try_send(act).map_err(|error| match error {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => Stuck,
        })
    }
}

struct Worker {
    input: Box<dyn Input>,
    held: Held,
    done: Arc<Mutex<Done>>,
}

impl Worker {
    fn run(mut self, queue: &Receiver<Act>) {
        while let Ok(act) = queue.recv() {
            match act {
                Act::Event(seat, record) => self.event(seat, record),
                Act::Release(seat) => self.release(seat),
                Act::ReleaseAll => self.release_all(),
            }
        }
        self.release_all();
    }

    fn event(&mut self, seat: Seat, record: Record) {
        let number = record.number;
        let events = match self.held.handle(seat, record) {
            Ok(events) => events,
            Err(refused) => {
                tracing::debug!(%seat, %refused, "input skipped");
                return;
            }
        };
        for event in &events {
            self.inject(event);
        }
        self.note(seat, number);
    }

    fn inject(&mut self, event: &Event) {
        if let Err(error) = inject(self.input.as_mut(), event) {
            tracing::debug!(%error, "input not injected");
        }
        if let Event::Move(at) | Event::Button { at, .. } | Event::Wheel { at, .. } = event {
            self.done.lock().pointer = Some(*at);
        }
    }

    fn note(&self, seat: Seat, number: u32) {
        let done = &mut *self.done.lock();
        done.last = Some(Instant::now());
        let inputs = &mut done.inputs;
        match inputs.iter_mut().find(|input| input.seat == seat) {
            Some(input) => input.number = number,
            None => inputs.push(SeatInput { seat, number }),
        }
    }

    fn release(&mut self, seat: Seat) {
        for event in self.held.leave(seat) {
            self.inject(&event);
        }
        self.done.lock().inputs.retain(|input| input.seat != seat);
    }

    fn release_all(&mut self) {
        self.held.leave_all();
        if let Err(error) = self.input.release_all() {
            tracing::warn!(%error, "keys and buttons may be left pressed");
        }
        *self.done.lock() = Done::default();
    }
}

fn inject(input: &mut dyn Input, event: &Event) -> Result<(), InputError> {
    match event {
        Event::Move(at) => point(input, *at),
        Event::Button { at, button, down } => {
            point(input, *at)?;
            input.button(*button, *down)
        }
        Event::Wheel { at, dx, dy } => {
            point(input, *at)?;
            input.wheel(i32::from(*dx), i32::from(*dy))
        }
        Event::Key { down, code, key } => {
            let code = code.parse().unwrap_or(Code::Unidentified);
            let key = key.parse::<Key>().ok();
            input.key(code, key.as_ref(), *down)
        }
        Event::Text(text) => input.text(text),
        Event::Release => input.release_all(),
    }
}

fn point(input: &mut dyn Input, at: Pointer) -> Result<(), InputError> {
    input.pointer(at.display, Point { x: at.x.into(), y: at.y.into() })
}
