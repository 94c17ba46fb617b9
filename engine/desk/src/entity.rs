//! The desk in pieces, as they are stored: every piece has a name, and reads back by itself.

use serde::{Deserialize, Serialize};

use crate::invitation::{External, Invitation};
use crate::jump::{InstallToken, Item, Usage};
use crate::key::Key;
use crate::presence::Console;
use crate::record::{Preferences, Record, RecordId, Site};
use crate::session::Session;
use crate::{AccountId, Desk, ExternalId, InstallTokenId, InvitationId, ItemId, KeyId, SessionId};

/// Names a piece of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum EntityId {
    /// The counter from which numbers are dealt, and nothing else.
    Counter,
    /// Settings of the site.
    Site,
    /// A record of any kind.
    Record(RecordId),
    /// What an account chose for itself.
    Preferences(AccountId),
    /// A console that is open.
    Console(AccountId),
    /// A session that lives.
    Session(SessionId),
    /// An invitation.
    Invitation(InvitationId),
    /// Somebody from outside.
    External(ExternalId),
    /// A session key.
    Key(KeyId),
    /// A Jump item.
    Item(ItemId),
    /// An install token.
    Token(InstallTokenId),
    /// How often somebody used an item.
    Usage(AccountId, ItemId),
}

/// A piece of the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "each is what its id says")]
pub enum Snapshot {
    Counter { last_id: u64 },
    Site { version: u64, site: Site },
    Record { version: u64, record: Record },
    Preferences { preferences: Preferences },
    Console { console: Console },
    Session { session: Session },
    Invitation { invitation: Invitation },
    External { external: External },
    Key { key: Key },
    Item { item: Item },
    Token { token: InstallToken },
    Usage { usage: Usage },
}

impl Desk {
    /// A piece as it is now; `None` when it is gone.
    pub fn snapshot(&self, id: EntityId) -> Option<Snapshot> {
        Some(match id {
            EntityId::Counter => Snapshot::Counter { last_id: self.last_id },
            EntityId::Site => Snapshot::Site { version: self.site.version, site: self.site.record.clone() },
            EntityId::Record(id) => {
                let (version, record) = self.record(id)?;
                Snapshot::Record { version, record }
            }
            EntityId::Preferences(id) => {
                Snapshot::Preferences { preferences: self.preferences.get(&id)?.clone() }
            }
            EntityId::Console(id) => Snapshot::Console { console: *self.consoles.get(&id)? },
            EntityId::Session(id) => Snapshot::Session { session: self.sessions.get(&id)?.clone() },
            EntityId::Invitation(id) => Snapshot::Invitation { invitation: *self.invitations.get(&id)? },
            EntityId::External(id) => Snapshot::External { external: self.externals.get(&id)?.clone() },
            EntityId::Key(id) => Snapshot::Key { key: self.keys.get(&id)?.clone() },
            EntityId::Item(id) => Snapshot::Item { item: self.items.get(&id)?.clone() },
            EntityId::Token(id) => Snapshot::Token { token: self.tokens.get(&id)?.clone() },
            EntityId::Usage(account, item) => Snapshot::Usage { usage: *self.usage.get(&(account, item))? },
        })
    }

    /// Puts a piece back that [`Desk::snapshot`] gave. Says whether name and piece are of the same kind.
    pub fn restore(&mut self, id: EntityId, snapshot: Snapshot) -> bool {
        match (id, snapshot) {
            (EntityId::Counter, Snapshot::Counter { last_id }) => self.dealt(last_id),
            (EntityId::Site, Snapshot::Site { version, site }) => {
                (self.site.version, self.site.record) = (version, site);
            }
            (EntityId::Record(id), Snapshot::Record { version, record }) => {
                return self.put_record(id, version, record);
            }
            (EntityId::Preferences(id), Snapshot::Preferences { preferences }) => {
                self.preferences.insert(id, preferences);
            }
            (EntityId::Console(id), Snapshot::Console { console }) => {
                self.consoles.insert(id, console);
            }
            (EntityId::Session(id), Snapshot::Session { session }) => {
                self.sessions.insert(id, session);
            }
            (EntityId::Invitation(id), Snapshot::Invitation { invitation }) => {
                self.invitations.insert(id, invitation);
            }
            (EntityId::External(id), Snapshot::External { external }) => {
                self.externals.insert(id, external);
            }
            (EntityId::Key(id), Snapshot::Key { key }) => {
                self.keys.insert(id, key);
            }
            (EntityId::Item(id), Snapshot::Item { item }) => {
                self.items.insert(id, item);
            }
            (EntityId::Token(id), Snapshot::Token { token }) => {
                self.tokens.insert(id, token);
            }
            (EntityId::Usage(account, item), Snapshot::Usage { usage }) => {
                self.usage.insert((account, item), usage);
            }
            _ => return false,
        }
        true
    }
}
