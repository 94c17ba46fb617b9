//! How often a stranger may try: to start a session at all, and above all with a key that is none.
//!
//! Each network has limits of its own, so that whoever guesses holds up nobody elsewhere. Keys have ten letters of
//! 25; at this pace all of them would take longer than the sun shines.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::login::network_of;

/// Sessions that one network may start at once, and each minute after that: an office of customers behind one address.
const STARTS: u32 = 30;

/// Wrong keys that one network may type at once, and each minute after that.
const WRONG_KEYS: u32 = 10;

/// Not now; after this long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait(pub(crate) Duration);

/// Counts tries by network. Nothing is kept of a network that is quiet for a minute.
#[derive(Debug)]
pub(crate) struct Door {
    starts: DefaultKeyedRateLimiter<IpAddr>,
    wrong_keys: DefaultKeyedRateLimiter<IpAddr>,
}

impl Default for Door {
    fn default() -> Self {
        Self { starts: limiter(STARTS), wrong_keys: limiter(WRONG_KEYS) }
    }
}

impl Door {
    /// Somebody wants to start a session.
    pub(crate) fn knock(&self, address: IpAddr) -> Result<(), Wait> {
        check(&self.starts, address)
    }

    /// Somebody typed a key that is none. From the first time that this is too often, he waits.
    pub(crate) fn wrong_key(&self, address: IpAddr) -> Result<(), Wait> {
        check(&self.wrong_keys, address)
    }

    /// Forgets who has been quiet. To be called now and then.
    pub(crate) fn sweep(&self) {
        for limiter in [&self.starts, &self.wrong_keys] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

fn limiter(per_minute: u32) -> DefaultKeyedRateLimiter<IpAddr> {
    RateLimiter::keyed(Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN)))
}

fn check(limiter: &DefaultKeyedRateLimiter<IpAddr>, address: IpAddr) -> Result<(), Wait> {
    let tried = limiter.check_key(&network_of(address));
    tried.map_err(|until| Wait(until.wait_time_from(DefaultClock::default().now())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_guesses_waits_and_holds_up_nobody_elsewhere() {
        let (door, guesser, other) = (Door::default(), "192.0.2.7", "192.0.2.8");
        let wrong = |address: &str| door.wrong_key(address.parse().expect("an address"));
        let free = (0..2 * WRONG_KEYS).take_while(|_| wrong(guesser).is_ok()).count();
        assert!((WRONG_KEYS..WRONG_KEYS + 2).contains(&(free as u32)), "{free}");
        let Err(Wait(wait)) = wrong(guesser) else { panic!("not again so soon") };
        assert!(wait <= Duration::from_secs(60 / u64::from(WRONG_KEYS)), "{wait:?}");
        assert_eq!(wrong(other), Ok(()));
        assert_eq!(door.knock(guesser.parse().expect("an address")), Ok(()), "a right key still works");
    }

    #[test]
    fn one_network_of_ipv6_counts_as_one() {
        let door = Door::default();
        let knock = |last: u32| door.knock(format!("2001:db8::{last:x}").parse().expect("an address"));
        assert!((0..2 * STARTS).any(|last| knock(last).is_err()));
    }
}
