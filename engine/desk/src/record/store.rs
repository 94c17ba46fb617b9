//! Records of all kinds by one name: how the desk keeps them, whichever table they are in.

use super::{Record, RecordId, RecordKind, Table};
use crate::{
    AccountId, Desk, GroupId, IssueId, JumpPolicyId, PortalId, QueueRuleId, Refusal, RoleId, ScriptId,
    SessionPolicyId, TeamId,
};

/// Records of one kind: more than any organisation has, and few enough to look through.
pub(super) const RECORDS_MAX: usize = 10_000;

macro_rules! tables {
    ($($name:ident($id:ty) in $table:ident: $words:literal,)+) => {
        impl Desk {
            /// A record as it is now, with its version.
            pub fn record(&self, id: RecordId) -> Option<(u64, Record)> {
                Some(match id {
                    $(RecordId::$name(id) => {
                        let stored = self.$table.stored(id)?;
                        (stored.version, Record::$name(stored.record.clone()))
                    })+
                })
            }

            /// All records of a kind, by number.
            pub fn records(&self, kind: RecordKind) -> Vec<RecordId> {
                match kind {
                    $(RecordKind::$name => self.$table.iter().map(|(id, _)| RecordId::$name(id)).collect(),)+
                }
            }

            /// Puts a record into its table. Says whether name and record are of the same kind.
            pub(crate) fn put_record(&mut self, id: RecordId, version: u64, record: Record) -> bool {
                match (id, record) {
                    $((RecordId::$name(id), Record::$name(record)) => {
                        self.$table.put(id, version, record);
                        true
                    })+
                    _ => false,
                }
            }

            /// Whether there is such a record.
            pub(crate) fn has_record(&self, id: RecordId) -> bool {
                match id {
                    $(RecordId::$name(id) => self.$table.has(id),)+
                }
            }

            /// Takes a record out of its table.
            pub(crate) fn remove_record(&mut self, id: RecordId) {
                match id {
                    $(RecordId::$name(id) => self.$table.remove(id),)+
                }
            }
        }

        impl Record {
            /// What must be true of it on this desk; `own` is its number, where it has one already.
            pub(super) fn check(&self, desk: &Desk, own: Option<u64>) -> Result<(), Refusal> {
                match self {
                    $(Self::$name(record) => record.check(desk, own.map(<$id>::new)),)+
                }
            }

            /// How many records of the same kind there are.
            pub(super) fn count(&self, desk: &Desk) -> usize {
                match self {
                    $(Self::$name(_) => Table::len(&desk.$table),)+
                }
            }
        }

        impl RecordId {
            /// How its kind is called.
            pub(super) const fn words(self) -> &'static str {
                match self {
                    $(Self::$name(_) => $words,)+
                }
            }
        }
    };
}

tables! {
    Account(AccountId) in accounts: "account",
    Team(TeamId) in teams: "team",
    Issue(IssueId) in issues: "issue",
    Portal(PortalId) in portals: "portal",
    QueueRule(QueueRuleId) in queue_rules: "queue rule",
    JumpGroup(GroupId) in groups: "Jump group",
    Role(RoleId) in roles: "role",
    JumpPolicy(JumpPolicyId) in jump_policies: "Jump policy",
    SessionPolicy(SessionPolicyId) in session_policies: "session policy",
    Script(ScriptId) in scripts: "script",
}
