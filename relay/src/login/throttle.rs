//! Slows down guessing, without letting a guesser lock others out.
//!
//! Three buckets are charged for each try: the pair of account and address, the address, and the account. The
//! last one does not count for addresses that logged in to the account before, so strangers who guess at it
//! cannot keep its owner out. A browser in which the account logged in before has a bucket of its own instead of
//! all three, so a guesser behind the same address cannot either. A right password gives back what its own try
//! cost and clears its pair.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use crate::login::Config;
use crate::login::known::Browser;

/// Buckets that are kept. Full ones are forgotten first, then those that are nearest to it.
const BUCKETS_MAX: usize = 16 << 10;

/// Not now; after this long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait(pub(super) Duration);

/// One try.
#[derive(Debug)]
pub(super) struct Tried<'a> {
    pub(super) user: &'a str,
    pub(super) address: IpAddr,
    /// Somebody logged in to this account from there before.
    pub(super) familiar: bool,
    /// Somebody logged in to this account in this browser before.
    pub(super) browser: Option<Browser>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Bucket {
    Pair(String, IpAddr),
    Address(IpAddr),
    Account(String),
    Browser(Browser),
}

/// All buckets: for each, when it will be full again (generic cell rate algorithm).
#[derive(Debug)]
pub(super) struct Throttle {
    full_at: HashMap<Bucket, Instant>,
    every: Duration,
    tries_of_pair: u32,
    tries_of_address: u32,
    tries_of_account: u32,
}

impl Throttle {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            full_at: HashMap::new(),
            every: Duration::from_secs(u64::from(config.try_again_s)),
            tries_of_pair: config.tries_of_pair,
            tries_of_address: config.tries_of_address,
            tries_of_account: config.tries_of_account,
        }
    }

    /// Charges a try, unless one of its buckets is empty.
    pub(super) fn attempt(&mut self, now: Instant, tried: &Tried<'_>) -> Result<(), Wait> {
        let buckets = self.buckets(tried);
        let wait = buckets.iter().filter_map(|(bucket, tries)| self.wait(now, bucket, *tries)).max();
        if let Some(wait) = wait {
            return Err(Wait(wait));
        }
        self.make_room(now);
        for (bucket, _) in buckets {
            let full_at = self.full_at.entry(bucket).or_insert(now);
            *full_at = (*full_at).max(now) + self.every;
        }
        Ok(())
    }

    /// The password was right.
    pub(super) fn succeeded(&mut self, tried: &Tried<'_>) {
        for (bucket, _) in self.buckets(tried) {
            if matches!(bucket, Bucket::Pair(..) | Bucket::Browser(_)) {
                self.full_at.remove(&bucket);
            } else if let Some(full_at) = self.full_at.get_mut(&bucket) {
                *full_at = full_at.checked_sub(self.every).unwrap_or(*full_at);
            }
        }
    }

    /// Forgives the wrong passwords for an account. Those of an address stay.
    pub(super) fn forgive(&mut self, user: &str) {
        self.full_at.retain(|bucket, _| match bucket {
            Bucket::Pair(of, _) | Bucket::Account(of) => of != user,
            Bucket::Address(_) | Bucket::Browser(_) => true,
        });
    }

    fn buckets(&self, tried: &Tried<'_>) -> Vec<(Bucket, u32)> {
        if let Some(browser) = tried.browser {
            return vec![(Bucket::Browser(browser), self.tries_of_pair)];
        }
        let address = network_of(tried.address);
        let user: String = tried.user.chars().take(super::USER_MAX).collect();
        let mut buckets = vec![
            (Bucket::Pair(user.clone(), address), self.tries_of_pair),
            (Bucket::Address(address), self.tries_of_address),
        ];
        if !tried.familiar {
            buckets.push((Bucket::Account(user), self.tries_of_account));
        }
        buckets
    }

    fn wait(&self, now: Instant, bucket: &Bucket, tries: u32) -> Option<Duration> {
        let used = self.full_at.get(bucket)?.saturating_duration_since(now);
        let allowed = self.every * (tries - 1);
        used.checked_sub(allowed).filter(|wait| !wait.is_zero())
    }

    fn make_room(&mut self, now: Instant) {
        if self.full_at.len() < BUCKETS_MAX {
            return;
        }
        self.full_at.retain(|_, full_at| now < *full_at);
        if BUCKETS_MAX <= self.full_at.len() {
            let mut times: Vec<Instant> = self.full_at.values().copied().collect();
            let (_, middle, _) = times.select_nth_unstable(BUCKETS_MAX / 2);
            let keep_from = *middle;
            self.full_at.retain(|_, full_at| keep_from < *full_at);
        }
    }
}

/// Who holds one IPv6 address mostly holds its whole /64.
pub(crate) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(network))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::AccountId;

    const HERE: &str = "192.0.2.1";
    const ELSEWHERE: &str = "198.51.100.7";

    fn tried(user: &'static str, address: &str, familiar: bool) -> Tried<'static> {
        Tried { user, address: address.parse().expect("an address"), familiar, browser: None }
    }

    fn exhaust(throttle: &mut Throttle, now: Instant, tried: &Tried<'_>) -> Wait {
        (0..1000).find_map(|_| throttle.attempt(now, tried).err()).expect("throttled")
    }

    #[test]
    fn after_a_few_wrong_passwords_one_must_wait_and_then_may_try_again() {
        let (mut throttle, now) = (Throttle::new(&Config::default()), Instant::now());
        let Wait(wait) = exhaust(&mut throttle, now, &tried("admin", HERE, false));
        assert_eq!(wait, Duration::from_secs(10));
        let later = now + wait;
        assert_eq!(throttle.attempt(later, &tried("admin", HERE, false)), Ok(()));
        assert!(throttle.attempt(later, &tried("admin", HERE, false)).is_err());
    }

    #[test]
    fn a_guesser_does_not_lock_the_owner_out() {
        let (mut throttle, now) = (Throttle::new(&Config::default()), Instant::now());
        for host in 0..=255 {
            let address = format!("203.0.113.{host}");
            exhaust(&mut throttle, now, &tried("admin", &address, false));
        }
        assert!(throttle.attempt(now, &tried("admin", ELSEWHERE, false)).is_err(), "a stranger must wait");
        assert_eq!(throttle.attempt(now, &tried("admin", HERE, true)), Ok(()), "the owner need not");
    }

    #[test]
    fn a_guesser_behind_the_same_address_does_not_lock_the_owner_out() {
        let (mut throttle, now) = (Throttle::new(&Config::default()), Instant::now());
        for user in ["admin", "ada", "bob", "eve", "dan", "fay", "gus"] {
            exhaust(&mut throttle, now, &tried(user, HERE, true));
        }
        assert!(throttle.attempt(now, &tried("admin", HERE, true)).is_err(), "another browser must wait");
        let browser = Some(Browser::new(AccountId::new(1)));
        let owner = Tried { browser, ..tried("admin", HERE, true) };
        assert_eq!(throttle.attempt(now, &owner), Ok(()), "the owner's need not");
        exhaust(&mut throttle, now, &owner);
    }

    #[test]
    fn what_is_forgiven_need_not_be_waited_for() {
        let (mut throttle, now) = (Throttle::new(&Config::default()), Instant::now());
        exhaust(&mut throttle, now, &tried("admin", HERE, false));
        exhaust(&mut throttle, now, &tried("ada", ELSEWHERE, false));
        throttle.forgive("admin");
        assert_eq!(throttle.attempt(now, &tried("admin", HERE, false)), Ok(()));
        assert!(throttle.attempt(now, &tried("ada", ELSEWHERE, false)).is_err());
    }

    #[test]
    fn one_address_cannot_try_one_password_on_every_account() {
        let (mut throttle, now) = (Throttle::new(&Config::default()), Instant::now());
        let users: Vec<String> = (0..100).map(|number| format!("user{number}")).collect();
        let let_through = users
            .iter()
            .filter(|user| {
                let address = HERE.parse().expect("an address");
                throttle.attempt(now, &Tried { user, address, familiar: false, browser: None }).is_ok()
            })
            .count();
        assert_eq!(let_through, 30);
    }

    #[test]
    fn logging_in_often_costs_nothing() {
        let (mut throttle, now) = (Throttle::new(&Config::default()), Instant::now());
        for _ in 0..200 {
            let tried = tried("admin", HERE, false);
            assert_eq!(throttle.attempt(now, &tried), Ok(()));
            throttle.succeeded(&tried);
        }
    }

    #[test]
    fn many_addresses_do_not_fill_the_memory() {
        let (mut throttle, now) = (Throttle::new(&Config::default()), Instant::now());
        for number in 0..40_000_u32 {
            let address = IpAddr::V4(number.into());
            let _ = throttle.attempt(now, &Tried { user: "admin", address, familiar: true, browser: None });
        }
        assert!(throttle.full_at.len() <= BUCKETS_MAX + 2);
    }
}
