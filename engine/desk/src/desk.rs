//! The desk: everything that the rules look at, in memory.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::ask::Ask;
use crate::invitation::{External, Invitation};
use crate::jump::{InstallToken, Item, Items, Usage};
use crate::key::Key;
use crate::presence::Console;
use crate::record::{
    Account, Issue, JumpGroup, JumpPolicy, Portal, Preferences, QueueRule, Role, Script, SessionPolicy, Site,
    Stored, Table, Team,
};
use crate::session::Session;
use crate::{
    AccountId, Actor, Command, Event, ExternalId, GroupId, InstallTokenId, InvitationId, IssueId, ItemId,
    JumpPolicyId, KeyId, PortalId, QueueRuleId, Refusal, RoleId, ScriptId, SessionId, SessionPolicyId,
    TeamId,
};
use crate::{chat, invitation, jump, key, presence, record, session};

/// A whole support desk. Past sessions and what was said in chats are not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    pub(crate) site: Stored<Site>,
    pub(crate) accounts: Table<AccountId, Account>,
    pub(crate) teams: Table<TeamId, Team>,
    pub(crate) issues: Table<IssueId, Issue>,
    pub(crate) portals: Table<PortalId, Portal>,
    pub(crate) queue_rules: Table<QueueRuleId, QueueRule>,
    pub(crate) groups: Table<GroupId, JumpGroup>,
    pub(crate) roles: Table<RoleId, Role>,
    pub(crate) jump_policies: Table<JumpPolicyId, JumpPolicy>,
    pub(crate) session_policies: Table<SessionPolicyId, SessionPolicy>,
    pub(crate) scripts: Table<ScriptId, Script>,
    pub(crate) preferences: BTreeMap<AccountId, Preferences>,
    pub(crate) consoles: BTreeMap<AccountId, Console>,
    pub(crate) sessions: BTreeMap<SessionId, Session>,
    pub(crate) invitations: BTreeMap<InvitationId, Invitation>,
    pub(crate) externals: BTreeMap<ExternalId, External>,
    pub(crate) keys: BTreeMap<KeyId, Key>,
    pub(crate) items: Items,
    pub(crate) tokens: BTreeMap<InstallTokenId, InstallToken>,
    pub(crate) usage: BTreeMap<(AccountId, ItemId), Usage>,
    /// The number that was dealt last.
    pub(crate) last_id: u64,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            site: Stored { version: 1, record: Site::default() },
            accounts: Table::default(),
            teams: Table::default(),
            issues: Table::default(),
            portals: Table::default(),
            queue_rules: Table::default(),
            groups: Table::default(),
            roles: Table::default(),
            jump_policies: Table::default(),
            session_policies: Table::default(),
            scripts: Table::default(),
            preferences: BTreeMap::new(),
            consoles: BTreeMap::new(),
            sessions: BTreeMap::new(),
            invitations: BTreeMap::new(),
            externals: BTreeMap::new(),
            keys: BTreeMap::new(),
            items: Items::default(),
            tokens: BTreeMap::new(),
            usage: BTreeMap::new(),
            last_id: 0,
        }
    }
}

impl Desk {
    /// What a command comes to, in order. Nothing has changed yet: [`Desk::apply`] each event, or none.
    ///
    /// # Errors
    /// The rule that forbids it, and when it will be allowed where waiting helps.
    pub fn handle(&self, now: Timestamp, actor: Actor, command: Command) -> Result<Vec<Event>, Refusal> {
        let mut ask = Ask::new(self, now, actor);
        match command {
            Command::Record(command) => record::decide(&mut ask, command)?,
            Command::Presence(command) => presence::decide(&mut ask, command)?,
            Command::Session(command) => session::decide(&mut ask, command)?,
            Command::Invitation(command) => invitation::decide(&mut ask, command)?,
            Command::Key(command) => key::decide(&mut ask, command)?,
            Command::Jump(command) => jump::decide(&mut ask, command)?,
            Command::Chat(command) => chat::decide(&mut ask, command)?,
        }
        Ok(ask.into_events())
    }

    /// Takes over what happened at a time. Events come in the order in which they were decided; each is a fact,
    /// and one about something that is gone changes nothing.
    pub fn apply(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::Record(event) => record::apply(self, event),
            Event::Presence(event) => presence::apply(self, at, event),
            Event::Session(event) => session::apply(self, at, event),
            Event::Invitation(event) => invitation::apply(self, at, event),
            Event::Key(event) => key::apply(self, event),
            Event::Jump(event) => jump::apply(self, at, event),
            Event::Chat(event) => chat::apply(self, event),
        }
    }

    /// When time alone changes something next: then [`session::Command::Tick`] and [`key::Command::Tick`] are due.
    pub fn due(&self, now: Timestamp) -> Option<Timestamp> {
        let keys = self.keys.values().map(|key| key.expires);
        session::due(self, now).into_iter().chain(keys).min()
    }

    /// Takes a number as dealt.
    pub(crate) fn dealt(&mut self, number: u64) {
        self.last_id = self.last_id.max(number);
    }
}

/// What others read.
impl Desk {
    /// Settings of the whole site, with their version.
    pub fn site(&self) -> &Stored<Site> {
        &self.site
    }

    /// Everybody who can log in.
    pub fn accounts(&self) -> &Table<AccountId, Account> {
        &self.accounts
    }

    /// All teams.
    pub fn teams(&self) -> &Table<TeamId, Team> {
        &self.teams
    }

    /// All issues.
    pub fn issues(&self) -> &Table<IssueId, Issue> {
        &self.issues
    }

    /// All portals.
    pub fn portals(&self) -> &Table<PortalId, Portal> {
        &self.portals
    }

    /// All rules for waiting sessions.
    pub fn queue_rules(&self) -> &Table<QueueRuleId, QueueRule> {
        &self.queue_rules
    }

    /// All Jump groups.
    pub fn groups(&self) -> &Table<GroupId, JumpGroup> {
        &self.groups
    }

    /// All roles on Jump groups.
    pub fn roles(&self) -> &Table<RoleId, Role> {
        &self.roles
    }

    /// All Jump policies.
    pub fn jump_policies(&self) -> &Table<JumpPolicyId, JumpPolicy> {
        &self.jump_policies
    }

    /// All session policies.
    pub fn session_policies(&self) -> &Table<SessionPolicyId, SessionPolicy> {
        &self.session_policies
    }

    /// The library of scripts.
    pub fn scripts(&self) -> &Table<ScriptId, Script> {
        &self.scripts
    }

    /// What an account chose for itself.
    pub fn preferences(&self, account: AccountId) -> Preferences {
        self.preferences.get(&account).cloned().unwrap_or_default()
    }

    /// The console that an account has open.
    pub fn console(&self, account: AccountId) -> Option<&Console> {
        self.consoles.get(&account)
    }

    /// A session that lives.
    pub fn session(&self, id: SessionId) -> Option<&Session> {
        self.sessions.get(&id)
    }

    /// All sessions that live.
    pub fn sessions(&self) -> &BTreeMap<SessionId, Session> {
        &self.sessions
    }

    /// All invitations that are open.
    pub fn invitations(&self) -> &BTreeMap<InvitationId, Invitation> {
        &self.invitations
    }

    /// Everybody from outside who is invited or in a session.
    pub fn externals(&self) -> &BTreeMap<ExternalId, External> {
        &self.externals
    }

    /// All session keys that can still be used.
    pub fn keys(&self) -> &BTreeMap<KeyId, Key> {
        &self.keys
    }

    /// All Jump items, whoever reaches them.
    pub fn items(&self) -> &BTreeMap<ItemId, Item> {
        self.items.all()
    }

    /// All install tokens that can still be used.
    pub fn tokens(&self) -> &BTreeMap<InstallTokenId, InstallToken> {
        &self.tokens
    }
}
