//! What the customer cannot see or do for the moment: wishes of technicians, and the customer's way out of them.
//!
//! [`Machine`] decides, without a clock and without a system: what is shut off is what all wishes come to together.
//! When the customer takes his computer back, every wish is over, and the next one must be made anew. [`Blinds`] is
//! the thread that does it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use parking_lot::Mutex;
use platform::privacy::{Possible, Shut};
use platform::{Privacy, Waker};
use tokio::sync::watch;
use wire::tools::Restriction;

/// A wait that ends without news is begun again.
const WAIT: Duration = Duration::from_secs(600);

/// What technicians wish, and what the customer says to it.
#[derive(Debug, Default)]
pub(super) struct Machine {
    last: u64,
    wishes: BTreeMap<u64, Shut>,
    /// The newest wish when the customer took everything back.
    taken_back: u64,
}

impl Machine {
    /// Somebody wishes; gives the wish's number. Refused where the system cannot.
    pub(super) fn wish(&mut self, shut: Shut, possible: &Possible) -> Result<u64, String> {
        match (&possible.screen, &possible.input) {
            (Err(why), _) if shut.screen => return Err(why.clone()),
            (_, Err(why)) if shut.input => return Err(why.clone()),
            _ => {}
        }
        self.last += 1;
        self.wishes.insert(self.last, shut);
        Ok(self.last)
    }

    /// A wish is over: its stream, its right or its session.
    pub(super) fn lift(&mut self, number: u64) {
        self.wishes.remove(&number);
    }

    /// The customer takes everything back.
    pub(super) fn take_back(&mut self) {
        self.wishes.clear();
        self.taken_back = self.last;
    }

    /// What is shut off now.
    pub(super) fn shut(&self) -> Shut {
        let any = |what: fn(&Shut) -> bool| self.wishes.values().any(what);
        Shut { screen: any(|shut| shut.screen), input: any(|shut| shut.input) }
    }

    /// Whether the customer ended a wish.
    pub(super) fn is_taken_back(&self, number: u64) -> bool {
        number <= self.taken_back
    }
}

/// Shuts off what technicians wish. Cheap to clone; everything is given back with the last clone.
#[derive(Clone)]
pub(super) struct Blinds(Arc<Inner>);

struct Inner {
    machine: Arc<Mutex<Machine>>,
    possible: Possible,
    /// Counts what happened.
    news: watch::Sender<u64>,
    wishes: Option<crossbeam::channel::Sender<Shut>>,
    waker: Waker,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.wishes = None;
        self.waker.wake();
    }
}

/// A wish that holds until it is dropped.
pub(super) struct Held {
    blinds: Blinds,
    number: u64,
    news: watch::Receiver<u64>,
}

impl Blinds {
    pub(super) fn start(privacy: Box<dyn Privacy>) -> anyhow::Result<Self> {
        let (possible, waker) = (privacy.possible(), privacy.waker());
        let machine = Arc::new(Mutex::new(Machine::default()));
        let (wishes, queue) = crossbeam::channel::unbounded();
        let news = watch::Sender::new(0);
        let keeper = Keeper { privacy, machine: Arc::clone(&machine), news: news.clone() };
        thread::Builder::new().name("privacy".into()).spawn(move || keeper.run(&queue))?;
        Ok(Self(Arc::new(Inner { machine, possible, news, wishes: Some(wishes), waker })))
    }

    /// What is shut off now, and what cannot be.
    pub(super) fn restriction(&self) -> Restriction {
        let Shut { screen, input } = self.0.machine.lock().shut();
        let why = |possible: &Result<(), String>| possible.as_ref().err().cloned().unwrap_or_default();
        let (no_screen, no_input) = (why(&self.0.possible.screen), why(&self.0.possible.input));
        Restriction { screen, input, no_screen, no_input, is_taken_back: false }
    }

    /// Shuts something off for as long as the answer lives.
    pub(super) fn hold(&self, shut: Shut) -> Result<Held, String> {
        let number = self.0.machine.lock().wish(shut, &self.0.possible)?;
        let held = Held { blinds: self.clone(), number, news: self.0.news.subscribe() };
        self.follow();
        Ok(held)
    }

    fn follow(&self) {
        let shut = self.0.machine.lock().shut();
        if let Some(wishes) = &self.0.wishes {
            // The thread is gone only with the last of us.
            let _ = wishes.send(shut);
        }
        self.0.waker.wake();
        self.0.news.send_modify(|count| *count += 1);
    }
}

impl Held {
    /// What is true for its technician, whenever that changes.
    pub(super) async fn next(&mut self) -> Restriction {
        // Whoever holds it holds the sender, too.
        let _ = self.news.changed().await.is_ok();
        self.now()
    }

    /// What is true for its technician now.
    pub(super) fn now(&self) -> Restriction {
        let is_taken_back = self.blinds.0.machine.lock().is_taken_back(self.number);
        Restriction { is_taken_back, ..self.blinds.restriction() }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.blinds.0.machine.lock().lift(self.number);
        self.blinds.follow();
    }
}

struct Keeper {
    privacy: Box<dyn Privacy>,
    machine: Arc<Mutex<Machine>>,
    news: watch::Sender<u64>,
}

impl Keeper {
    fn run(mut self, queue: &crossbeam::channel::Receiver<Shut>) {
        use crossbeam::channel::TryRecvError;
        loop {
            match queue.try_recv() {
                Ok(shut) => {
                    if let Err(why) = self.privacy.set(shut) {
                        tracing::warn!(why, "the customer's side is not shut off");
                        self.give_back();
                    }
                }
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => {
                    if self.privacy.taken_back(WAIT) {
                        tracing::info!("the customer took screen, mouse and keyboard back");
                        self.give_back();
                    }
                }
            }
        }
    }

    fn give_back(&mut self) {
        self.machine.lock().take_back();
        self.news.send_modify(|count| *count += 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Possible = Possible { screen: Ok(()), input: Ok(()) };
    const SCREEN: Shut = Shut { screen: true, input: false };
    const INPUT: Shut = Shut { screen: false, input: true };

    #[test]
    fn what_is_shut_off_is_what_all_wishes_come_to() {
        let mut machine = Machine::default();
        let first = machine.wish(SCREEN, &ALL).expect("possible");
        let second = machine.wish(INPUT, &ALL).expect("possible");
        assert_eq!(machine.shut(), Shut { screen: true, input: true });
        machine.lift(first);
        assert_eq!(machine.shut(), INPUT);
        machine.lift(second);
        assert_eq!(machine.shut(), Shut::default());
    }

    #[test]
    fn s167_the_customer_takes_everything_back_and_only_a_new_wish_shuts_it_off_again() {
        let mut machine = Machine::default();
        let first = machine.wish(SCREEN, &ALL).expect("possible");
        machine.take_back();
        assert_eq!((machine.shut(), machine.is_taken_back(first)), (Shut::default(), true));
        machine.lift(first);
        let again = machine.wish(INPUT, &ALL).expect("possible");
        assert_eq!((machine.shut(), machine.is_taken_back(again)), (INPUT, false));
    }

    #[test]
    fn s168_s170_what_a_system_cannot_do_is_refused_with_its_reason_and_the_rest_is_done() {
        let possible = Possible { screen: Err("not on this system".to_owned()), input: Ok(()) };
        let mut machine = Machine::default();
        assert_eq!(machine.wish(SCREEN, &possible), Err("not on this system".to_owned()));
        assert_eq!(machine.shut(), Shut::default());
        assert!(machine.wish(INPUT, &possible).is_ok());
        assert_eq!(machine.shut(), INPUT);
    }
}
