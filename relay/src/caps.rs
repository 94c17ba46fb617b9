//! How much of the relay one session and one person may take, and how much all of them together.
//!
//! Who is beyond a cap is refused aloud, with a reason, and counted; nothing waits here.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use desk::Participant;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wire::SessionId;

use crate::peer::Limits;

/// Links that say hello at the same time. Each may take ten seconds and a look into the database.
const GREETINGS_MAX: usize = 1024;

/// Places, and who has them.
#[derive(Debug)]
pub(crate) struct Caps {
    links: Arc<Semaphore>,
    greetings: Arc<Semaphore>,
    streams: Mutex<Streams>,
    of_session_max: usize,
    of_person_max: usize,
}

#[derive(Debug, Default)]
struct Streams {
    of_session: HashMap<SessionId, usize>,
    of_person: HashMap<Participant, usize>,
}

/// Which cap is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Full {
    #[error("this session has {0} streams beside the screen, which is as many as it may have")]
    Session(usize),
    #[error("this account has {0} streams beside the screen, which is as many as it may have")]
    Person(usize),
}

/// A stream's place, until it is dropped.
#[derive(Debug)]
pub(crate) struct StreamPlace {
    caps: Arc<Caps>,
    session: SessionId,
    person: Participant,
}

impl Caps {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            links: Arc::new(Semaphore::new(limits.links_max)),
            greetings: Arc::new(Semaphore::new(GREETINGS_MAX)),
            streams: Mutex::default(),
            of_session_max: limits.streams_of_session_max,
            of_person_max: limits.streams_of_account_max,
        }
    }

    /// A place for a link that is let in; `None` when the relay is full.
    pub(crate) fn link(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.links).try_acquire_owned().ok()
    }

    /// A place for a link that says hello.
    pub(crate) fn greeting(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.greetings).try_acquire_owned().ok()
    }

    /// A place for a stream beside the screen.
    pub(crate) fn stream(
        self: &Arc<Self>,
        session: SessionId,
        person: Participant,
    ) -> Result<StreamPlace, Full> {
        let mut streams = self.streams.lock();
        let of = |counts: usize, max: usize| if counts < max { None } else { Some(max) };
        if let Some(max) = of(count(&streams.of_session, &session), self.of_session_max) {
            return Err(Full::Session(max));
        }
        if let Some(max) = of(count(&streams.of_person, &person), self.of_person_max) {
            return Err(Full::Person(max));
        }
        *streams.of_session.entry(session).or_default() += 1;
        *streams.of_person.entry(person).or_default() += 1;
        Ok(StreamPlace { caps: Arc::clone(self), session, person })
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut streams = self.caps.streams.lock();
        take_one(&mut streams.of_session, &self.session);
        take_one(&mut streams.of_person, &self.person);
    }
}

fn count<K: Hash + Eq>(counts: &HashMap<K, usize>, key: &K) -> usize {
    counts.get(key).copied().unwrap_or(0)
}

fn take_one<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    let left = counts.get_mut(key).map(|count| {
        *count -= 1;
        *count
    });
    if left == Some(0) {
        counts.remove(key);
    }
}

/// How often something may be asked for: some at once, and then one now and then.
#[derive(Debug)]
pub(crate) struct Allowance {
    at_once: u32,
    every: Duration,
    /// When all of it would be there again.
    full_at: Option<Instant>,
}

impl Allowance {
    pub(crate) const fn new(at_once: u32, every: Duration) -> Self {
        Self { at_once, every, full_at: None }
    }

    /// Uses one; otherwise says how long until there is one.
    pub(crate) fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let full_at = self.full_at.map_or(now, |at| at.max(now)) + self.every;
        let over = full_at.saturating_duration_since(now + self.every * self.at_once);
        if over.is_zero() {
            self.full_at = Some(full_at);
            return Ok(());
        }
        Err(over)
    }
}

#[cfg(test)]
mod tests {
    use desk::AccountId;

    use super::*;

    fn caps() -> Arc<Caps> {
        let mut limits = Limits::default();
        (limits.links_max, limits.streams_of_session_max, limits.streams_of_account_max) = (1, 2, 3);
        Arc::new(Caps::new(&limits))
    }

    fn person(number: u64) -> Participant {
        Participant::Account(AccountId::new(number))
    }

    #[test]
    fn a_session_and_a_person_have_so_many_streams_and_get_new_ones_when_old_ones_end() {
        let caps = caps();
        let session = SessionId::from_wire;
        let mut held = vec![
            caps.stream(session(1), person(1)).expect("a place"),
            caps.stream(session(1), person(2)).expect("a place"),
        ];
        assert_eq!(caps.stream(session(1), person(3)).err(), Some(Full::Session(2)));
        held.push(caps.stream(session(2), person(1)).expect("a place"));
        held.push(caps.stream(session(3), person(1)).expect("a place"));
        assert_eq!(caps.stream(session(4), person(1)).err(), Some(Full::Person(3)));
        held.remove(0);
        held.push(caps.stream(session(1), person(1)).expect("a place"));
        drop(held);
        let streams = caps.streams.lock();
        assert!(streams.of_session.is_empty() && streams.of_person.is_empty(), "{streams:?}");
    }

    #[test]
    fn a_link_goes_and_another_one_finds_its_place() {
        let caps = caps();
        let first = caps.link().expect("a place");
        assert!(caps.link().is_none());
        drop(first);
        assert!(caps.link().is_some());
    }

    #[test]
    fn an_allowance_gives_some_at_once_and_then_one_now_and_then() {
        let (start, every) = (Instant::now(), Duration::from_millis(500));
        let mut allowance = Allowance::new(3, every);
        assert!((0..3).all(|_| allowance.take(start).is_ok()));
        assert_eq!(allowance.take(start), Err(every));
        assert_eq!(allowance.take(start + every / 2), Err(every / 2));
        assert_eq!(allowance.take(start + every), Ok(()));
        assert_eq!(allowance.take(start + every), Err(every));
        assert!((0..3).all(|_| allowance.take(start + 10 * every).is_ok()));
        assert!(allowance.take(start + 10 * every).is_err());
    }
}
