//! What holds a record in its place, and what goes with one that is removed.
//!
//! Whatever would lose its meaning holds it: it has to be moved or removed first, by somebody who sees it. What
//! only names it (a seat in a team, a line of access, a star, a token, a key) goes along, each by an event of its
//! own, and sessions find another place.

use super::{Event, Grantee, QueueRule, Record, RecordId};
use crate::ask::Ask;
use crate::invitation::Invited;
use crate::jump::ItemPlace;
use crate::session::Queue;
use crate::{AccountId, Desk, Refusal, Rule, TeamId, jump, key, session};

/// Refused as long as something needs the record.
pub(super) fn check(desk: &Desk, id: RecordId) -> Result<(), Refusal> {
    let counts = holders(desk, id);
    let parts: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| 0 < *count)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if parts.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(Rule::InUse, format!("the {} is in use: {}", id.words(), parts.join(", "))))
}

/// How many things of which kind need a record.
fn holders(desk: &Desk, id: RecordId) -> Vec<(usize, &'static str)> {
    match id {
        RecordId::Account(id) => vec![
            (desk.items.count(ItemPlace::Personal(id)), "Jump items in its personal list"),
            (rules_of(desk, Queue::Personal(id)), "queue rules"),
        ],
        RecordId::Team(id) => vec![
            (desk.issues.iter().filter(|(_, issue)| issue.team == id).count(), "issues"),
            (rules_of(desk, Queue::Team(id)), "queue rules"),
            // A script that lost its only team would be everybody's.
            (desk.scripts.iter().filter(|(_, script)| script.teams.contains(&id)).count(), "scripts"),
        ],
        RecordId::Issue(id) => vec![
            (desk.portals.iter().filter(|(_, portal)| portal.issues.contains(&id)).count(), "portals"),
            (invitations(desk, Invited::Help(id)), "invitations"),
        ],
        RecordId::JumpGroup(id) => vec![(desk.items.count(ItemPlace::Group(id)), "Jump items")],
        RecordId::Role(id) => {
            let has_role = |access: &[super::Grant]| access.iter().any(|grant| grant.role == id);
            vec![(desk.groups.iter().filter(|(_, group)| has_role(&group.access)).count(), "Jump groups")]
        }
        RecordId::JumpPolicy(id) => vec![
            (desk.items.all().values().filter(|item| item.label.policy == Some(id)).count(), "Jump items"),
            (desk.tokens.values().filter(|token| token.label.policy == Some(id)).count(), "install tokens"),
        ],
        RecordId::SessionPolicy(id) => vec![
            (
                desk.jump_policies.iter().filter(|(_, policy)| policy.session_policy == Some(id)).count(),
                "Jump policies",
            ),
            (desk.sessions.values().filter(|session| session.policy == Some(id)).count(), "sessions"),
            (
                desk.externals.values().filter(|external| external.policy == Some(id)).count(),
                "external users",
            ),
        ],
        RecordId::Portal(_) | RecordId::QueueRule(_) | RecordId::Script(_) => Vec::new(),
    }
}

fn rules_of(desk: &Desk, queue: Queue) -> usize {
    desk.queue_rules.iter().filter(|(_, rule): &(_, &QueueRule)| rule.names(queue)).count()
}

fn invitations(desk: &Desk, to: Invited) -> usize {
    desk.invitations.values().filter(|invitation| invitation.to == to).count()
}

/// What only names the record goes first.
pub(super) fn take_along(ask: &mut Ask<'_>, id: RecordId) -> Result<(), Refusal> {
    match id {
        RecordId::Account(id) => {
            session::account_gone(ask, id)?;
            leave_teams(ask, id);
            leave_groups(ask, Grantee::Account(id));
            forget_tokens(ask, ItemPlace::Personal(id));
            jump::forget_usage(ask, |account, _| account == id);
        }
        RecordId::Team(id) => {
            session::team_gone(ask, id)?;
            leave_groups(ask, Grantee::Team(id));
            lose_stars(ask, id);
        }
        RecordId::JumpGroup(id) => forget_tokens(ask, ItemPlace::Group(id)),
        RecordId::Portal(id) => {
            let desk = ask.desk;
            for (&key, _) in desk.keys.iter().filter(|(_, key)| key.portal == id) {
                ask.push(key::Event::Forgotten { key });
            }
        }
        _ => {}
    }
    Ok(())
}

fn leave_teams(ask: &mut Ask<'_>, account: AccountId) {
    let desk = ask.desk;
    for (&id, stored) in desk.teams.all().filter(|(_, stored)| stored.record.members.contains_key(&account)) {
        let mut team = stored.record.clone();
        team.members.remove(&account);
        let id = RecordId::Team(id);
        ask.push(Event::Changed { id, version: stored.version + 1, record: Record::Team(team) });
    }
}

fn leave_groups(ask: &mut Ask<'_>, who: Grantee) {
    let desk = ask.desk;
    for (&id, stored) in desk.groups.all() {
        let mut group = stored.record.clone();
        group.access.retain(|grant| grant.to != who);
        if group != stored.record {
            let id = RecordId::JumpGroup(id);
            ask.push(Event::Changed { id, version: stored.version + 1, record: Record::JumpGroup(group) });
        }
    }
}

fn lose_stars(ask: &mut Ask<'_>, team: TeamId) {
    let desk = ask.desk;
    for (&account, chosen) in desk.preferences.iter().filter(|(_, chosen)| chosen.favorites.contains(&team)) {
        let mut preferences = chosen.clone();
        preferences.favorites.remove(&team);
        ask.push(Event::Preferred { account, preferences });
    }
}

fn forget_tokens(ask: &mut Ask<'_>, place: ItemPlace) {
    let desk = ask.desk;
    for (&token, _) in desk.tokens.iter().filter(|(_, token)| token.place == place) {
        ask.push(jump::Event::TokenGone { token });
    }
}
