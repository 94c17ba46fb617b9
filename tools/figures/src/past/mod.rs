//! A desk with years behind it: Jump items and past sessions by the million, written straight into the database of
//! a relay that is stopped, as the relay itself would have written them one by one.
//!
//! Bodies are those of the desk's own types; a number that stands for "this one" is replaced in each row. The log's
//! hashes are left out: a log filled in this way does not verify, and nothing here asks it to.

mod rows;
mod store;

use desk::jump::{Item, ItemPlace, Label, Seen};
use desk::permission::Permission;
use desk::record::{Grant, Grantee, JumpGroup, JumpRight, Record, RecordId, Role};
use desk::{AccountId, EntityId, GroupId, ItemId, RoleId, Snapshot};
use jiff::Timestamp;

pub use store::Store;

/// Groups of Jump items.
pub const GROUPS: u64 = 200;

/// Who owned sessions, one after the other.
pub const OWNERS: u64 = 40;

/// Names of customers; each comes again and again.
pub const CUSTOMERS: u64 = 50_000;

/// One session in so many was a Jump.
pub const JUMPS: u64 = 4;

/// Time between two ends of sessions.
const STEP_MS: i64 = 60_000;

/// The first number of what is filled in; the relay deals its own beyond.
const FIRST: u64 = 10_000_000;

/// How much there is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Jump items.
    pub items: u64,
    /// Past sessions.
    pub sessions: u64,
}

/// What was filled in, for those who ask for it.
#[derive(Debug, Clone, Copy)]
pub struct Past {
    /// How much.
    pub size: Size,
    /// When the session before the first ended, in milliseconds.
    base_ms: i64,
}

impl Past {
    /// Fills a database that a relay has begun.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn fill(store: &mut Store, size: Size) -> anyhow::Result<Self> {
        let span_ms = i64::try_from(size.sessions)? * STEP_MS;
        let past = Self { size, base_ms: Timestamp::now().as_millisecond() - span_ms - STEP_MS };
        let administrator = store.number("SELECT min(id) FROM accounts").await?;
        past.fill_items(store, AccountId::new(administrator.cast_unsigned())).await?;
        let log = store.number("SELECT max(seq) FROM audit").await?;
        for text in rows::all(&past, log, store.zeros())? {
            store.run(text).await?;
        }
        Ok(past)
    }

    /// The number of a session, counted from 1.
    pub fn session(&self, number: u64) -> u64 {
        FIRST + number
    }

    /// Who owned a session.
    pub fn owner(&self, number: u64) -> u64 {
        FIRST - OWNERS + number % OWNERS
    }

    /// The item of a session that was a Jump.
    pub fn item(&self, number: u64) -> ItemId {
        ItemId::new(1 + number % self.size.items)
    }

    /// When a session ended.
    ///
    /// # Errors
    /// When there is no such time.
    pub fn ended(&self, number: u64) -> anyhow::Result<Timestamp> {
        Ok(Timestamp::from_millisecond(self.base_ms + i64::try_from(number)? * STEP_MS)?)
    }

    /// The group in which every so manieth item is.
    pub fn group(number: u64) -> GroupId {
        GroupId::new(FIRST - 1_000 + number % GROUPS)
    }

    async fn fill_items(&self, store: &mut Store, technician: AccountId) -> anyhow::Result<()> {
        let role = RoleId::new(FIRST - 2_000);
        let record = Role { name: "Start".to_owned(), rights: [JumpRight::Start].into(), session: may() };
        let mut pieces = vec![piece(RecordId::Role(role), Record::Role(record))];
        for number in 0..GROUPS {
            let access = vec![Grant { to: Grantee::Account(technician), role }];
            let group = JumpGroup { name: format!("Site {number}"), access, ..JumpGroup::default() };
            pieces.push(piece(RecordId::JumpGroup(Self::group(number)), Record::JumpGroup(group)));
        }
        for number in 1..=self.size.items {
            pieces.push((EntityId::Item(ItemId::new(number)), Snapshot::Item { item: item(number) }));
        }
        // What the relay deals from now on begins behind all of it.
        let last_id = self.session(4 * self.size.sessions);
        pieces.push((EntityId::Counter, Snapshot::Counter { last_id }));
        store.put(&pieces).await
    }
}

fn may() -> std::collections::BTreeSet<Permission> {
    Permission::ALL.iter().copied().filter(|permission| permission.is_of_session()).collect()
}

fn piece(id: RecordId, record: Record) -> (EntityId, Snapshot) {
    (EntityId::Record(id), Snapshot::Record { version: 1, record })
}

/// A computer as an organisation with many of them has it.
fn item(number: u64) -> Item {
    let label = Label {
        name: format!("Till {number} of the shop"),
        comments: format!("Beside the entrance, floor {}; restart it on Mondays only", number % 7),
        tags: [format!("shop-{}", number % 500), "till".to_owned()].into(),
        attributes: [("building".to_owned(), format!("Block {}", number % 40))].into(),
        policy: None,
    };
    let seen = Seen {
        host_name: format!("SHOP-{}-TILL-{number}", number % 500),
        os: "Debian GNU/Linux".to_owned(),
        public_ip: format!("203.0.113.{}", number % 250),
        private_ips: vec![format!("10.{}.{}.{}", number >> 16, number >> 8 & 255, number & 255)],
        ..Seen::default()
    };
    let place = ItemPlace::Group(Past::group(number));
    Item { version: 1, place, label, has_password: false, seen, enrolled: Timestamp::UNIX_EPOCH }
}
