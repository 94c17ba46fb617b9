//! What an account may do, and what somebody may do in a session.
//!
//! An administrator is one more source that allows everything: a denial to him, to one of his teams or for the
//! whole site still wins. What he administers needs no permission, so nobody can be denied out of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::permission::{Effective, PathLimits, Permission, Rights, Setting, Source, effective};
use crate::record::{Consent, Team};
use crate::session::{Client, Origin, Session};
use crate::{AccountId, Desk, ExternalId, Participant, SessionId, SessionPolicyId, TeamId};

impl Desk {
    /// The teams that an account is a member of, in whatever role.
    pub fn teams_of(&self, account: AccountId) -> impl Iterator<Item = (TeamId, &Team)> {
        self.teams.iter().filter(move |(_, team)| team.members.contains_key(&account))
    }

    /// Whether an account may, and who decides.
    pub fn permission(&self, account: AccountId, permission: Permission) -> Effective {
        let Some(own) = self.accounts.get(account) else {
            return Effective { is_allowed: false, source: Source::Nobody };
        };
        let administrator = own.is_administrator.then_some((Source::Administrator, Setting::Allowed));
        let teams =
            self.teams_of(account).map(|(id, team)| (Source::Team(id), team.permissions.get(permission)));
        let sources = administrator
            .into_iter()
            .chain([(Source::Account, own.permissions.get(permission))])
            .chain(teams)
            .chain([(Source::Site, self.site.record.permissions.get(permission))]);
        effective(sources)
    }

    /// Every permission with its answer for an account, and who decides: for the page that shows them.
    pub fn effective_permissions(&self, account: AccountId) -> BTreeMap<Permission, Effective> {
        Permission::ALL.iter().map(|&permission| (permission, self.permission(account, permission))).collect()
    }

    /// What somebody may do in a session: nothing, unless he is in it and its customer has an agent.
    ///
    /// An account has what it is allowed, narrowed by its role on the item's group in a session that began with a
    /// Jump. Who was brought into such a session without a role of his own is narrowed like the one who jumped.
    /// Somebody from outside has what his policy says, or may only look on. The policies of the session and of
    /// the item narrow everybody.
    pub fn rights(&self, session: SessionId, who: Participant) -> Rights {
        let Some(state) = self.sessions.get(&session) else { return Rights::default() };
        if !state.has(who) || state.customer.client == Client::Chat {
            return Rights::default();
        }
        let mut rights = match who {
            Participant::Account(account) => self.rights_of_account(account, state),
            Participant::External(external) => self.rights_of_external(external, session),
        };
        for policy in state.policy.into_iter().chain(self.policy_of_item(state)) {
            self.narrow(&mut rights, policy);
        }
        rights
    }

    /// Whether command shells of a session are recorded: the site says so, or a policy that rules the session.
    pub fn records_shells(&self, session: SessionId) -> bool {
        let Some(state) = self.sessions.get(&session) else { return false };
        let policies = state.policy.into_iter().chain(self.policy_of_item(state));
        let mut ruling = policies.filter_map(|policy| self.session_policies.get(policy));
        self.site.record.records_shells || ruling.any(|policy| policy.records_shells)
    }

    fn rights_of_account(&self, account: AccountId, session: &Session) -> Rights {
        let Some(own) = self.accounts.get(account).filter(|own| own.is_enabled) else {
            return Rights::default();
        };
        let mut permissions: BTreeSet<_> = Permission::ALL
            .iter()
            .copied()
            .filter(|permission| {
                permission.is_of_session() && self.permission(account, *permission).is_allowed
            })
            .collect();
        if let Origin::Jump { item, by, .. } = session.origin {
            let role = self.items.get(&item).map(|item| {
                let access = self.access(account, item.place);
                if access.may_start() { access } else { self.access(by, item.place) }
            });
            permissions
                .retain(|permission| role.as_ref().is_some_and(|role| role.session.contains(permission)));
        }
        let mut rights = Rights { permissions, paths: Vec::new() };
        add_paths(&mut rights, &own.paths);
        rights
    }

    fn rights_of_external(&self, external: ExternalId, session: SessionId) -> Rights {
        let Some(own) = self.externals.get(&external).filter(|own| own.session == session) else {
            return Rights::default();
        };
        let Some(policy) = own.policy else {
            return Rights { permissions: BTreeSet::from([Permission::View]), paths: Vec::new() };
        };
        let permissions = Permission::ALL.iter().copied().filter(|permission| permission.is_of_session());
        let mut rights = Rights { permissions: permissions.collect(), paths: Vec::new() };
        self.narrow(&mut rights, policy);
        rights
    }

    /// The session policy that rules the sessions with the item of this one, where it began with a Jump.
    fn policy_of_item(&self, session: &Session) -> Option<SessionPolicyId> {
        let Origin::Jump { item, .. } = session.origin else { return None };
        let policy = self.items.get(&item)?.label.policy?;
        self.jump_policies.get(policy)?.session_policy
    }

    /// Whether the person at the endpoint of a session is asked, and how; `None` where nobody is. The policy of a Jump
    /// item says it of Jumps, and the site of customers who came by themselves.
    pub fn consent(&self, session: SessionId) -> Option<Consent> {
        let consent = match self.sessions.get(&session)?.origin {
            Origin::Jump { item, .. } => {
                let policy = self.items.get(&item)?.label.policy?;
                self.jump_policies.get(policy)?.consent
            }
            Origin::Key { .. } | Origin::Issue { .. } | Origin::Technician { .. } => {
                self.site.record.attended_consent
            }
        };
        Some(consent).filter(|consent| consent.is_asked)
    }

    /// Takes away what a policy does not allow. One that is gone allows nothing.
    fn narrow(&self, rights: &mut Rights, policy: SessionPolicyId) {
        let Some(policy) = self.session_policies.get(policy) else {
            *rights = Rights::default();
            return;
        };
        rights.permissions.retain(|permission| policy.permissions.contains(permission));
        add_paths(rights, &policy.paths);
    }
}

fn add_paths(rights: &mut Rights, paths: &PathLimits) {
    if *paths != PathLimits::default() && !rights.paths.contains(paths) {
        rights.paths.push(paths.clone());
    }
}
