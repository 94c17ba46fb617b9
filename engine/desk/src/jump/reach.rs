//! Who reaches which item, and what he may do there; and when a session with one may start.
//!
//! Items are reached place by place. A group gives its members and teams the rights of their roles, all of them
//! together. A personal list is its owner's; leads and managers of one of his teams who are permitted to may
//! start sessions there, and who is permitted to use all items may start sessions everywhere. Administrators put
//! every list in order, but start nothing because of that alone.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Item, ItemPlace};
use crate::ask::{Ask, not_found};
use crate::permission::Permission;
use crate::record::{Grantee, JumpRight};
use crate::schedule::Schedule;
use crate::session::PasswordProof;
use crate::{AccountId, Actor, Desk, GroupId, ItemId, Refusal, Rule, TeamId};

/// What somebody may do with the items of one place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Access {
    /// With the items.
    pub rights: BTreeSet<JumpRight>,
    /// In sessions with them, as far as his account allows it.
    pub session: BTreeSet<Permission>,
}

impl Access {
    /// Whether he may do something with the items.
    pub fn has(&self, right: JumpRight) -> bool {
        self.rights.contains(&right)
    }

    /// Whether he may start sessions.
    pub fn may_start(&self) -> bool {
        self.has(JumpRight::Start)
    }

    /// Whether he sees the items: not, if all he may is to add some.
    pub fn sees(&self) -> bool {
        self.rights.iter().any(|right| *right != JumpRight::Add)
    }

    /// Sessions in which the place takes nothing away.
    fn add_start(&mut self) {
        self.rights.insert(JumpRight::Start);
        self.session.extend(Permission::ALL.iter().filter(|permission| permission.is_of_session()));
    }
}

/// A place that somebody reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reached {
    /// Which.
    pub place: ItemPlace,
    /// The group's name, or its owner's.
    pub name: String,
    /// How many items are there.
    pub items: usize,
    /// What he may do with them.
    pub access: Access,
}

/// Somebody who wants to reach items: what is the same for every place.
struct Seeker<'a> {
    desk: &'a Desk,
    account: AccountId,
    is_administrator: bool,
    uses_all: bool,
    teams: BTreeSet<TeamId>,
    /// Whose personal lists he may use beside his own.
    looks_after: BTreeSet<AccountId>,
}

impl<'a> Seeker<'a> {
    fn new(desk: &'a Desk, account: AccountId) -> Self {
        let may = |permission| desk.permission(account, permission).is_allowed;
        let teams = || desk.teams_of(account);
        let looks_after = if may(Permission::TeamPersonalItems) {
            let led = teams().filter(|(_, team)| team.is_led_by(account));
            led.flat_map(|(_, team)| team.members.keys().copied()).collect()
        } else {
            BTreeSet::new()
        };
        Self {
            desk,
            account,
            is_administrator: desk.accounts.get(account).is_some_and(|own| own.is_administrator),
            uses_all: may(Permission::AllJumpItems),
            teams: teams().map(|(id, _)| id).collect(),
            looks_after,
        }
    }

    fn access(&self, place: ItemPlace) -> Access {
        let mut access = Access::default();
        if self.is_administrator {
            access.rights.extend([JumpRight::Add, JumpRight::Edit, JumpRight::Remove]);
        }
        if self.uses_all {
            access.add_start();
        }
        match place {
            ItemPlace::Group(group) => self.add_roles(&mut access, group),
            ItemPlace::Personal(owner) if owner == self.account => {
                access.rights.extend(JumpRight::ALL);
                access.add_start();
            }
            ItemPlace::Personal(owner) if self.looks_after.contains(&owner) => access.add_start(),
            ItemPlace::Personal(_) => {}
        }
        access
    }

    fn add_roles(&self, access: &mut Access, group: GroupId) {
        let Some(group) = self.desk.groups.get(group) else { return };
        for grant in &group.access {
            let is_his = match grant.to {
                Grantee::Account(id) => id == self.account,
                Grantee::Team(id) => self.teams.contains(&id),
            };
            if let (true, Some(role)) = (is_his, self.desk.roles.get(grant.role)) {
                access.rights.extend(&role.rights);
                access.session.extend(&role.session);
            }
        }
    }
}

impl Desk {
    /// What an account may do with the items of a place: nothing where it does not reach it.
    pub fn access(&self, account: AccountId, place: ItemPlace) -> Access {
        Seeker::new(self, account).access(place)
    }

    /// The places whose items an account sees: its own list first, then groups, then the lists of others, each by
    /// name. Its own is there also while it is empty, and so are groups.
    ///
    /// # Errors
    /// The account may not jump at all.
    pub fn jump_places(&self, account: AccountId) -> Result<Vec<Reached>, Refusal> {
        self.may_jump(account)?;
        let seeker = Seeker::new(self, account);
        let groups = self.groups.iter().map(|(id, group)| (ItemPlace::Group(id), &group.name));
        let lists = self
            .accounts
            .iter()
            .map(|(id, owner)| (ItemPlace::Personal(id), &owner.name))
            .filter(|(place, _)| *place == ItemPlace::Personal(account) || 0 < self.items.count(*place));
        let mut places: Vec<_> = groups
            .chain(lists)
            .map(|(place, name)| {
                let (items, access) = (self.items.count(place), seeker.access(place));
                Reached { place, name: name.clone(), items, access }
            })
            .filter(|reached| reached.access.sees())
            .collect();
        places.sort_by_cached_key(|reached| {
            let is_of_others = reached.place != ItemPlace::Personal(account);
            let is_list = matches!(reached.place, ItemPlace::Personal(_));
            (is_of_others, is_list, reached.name.to_lowercase(), reached.place)
        });
        Ok(places)
    }
}

/// An item and what the one who asks may do with it; there is none for those who do not see it.
fn seen<'a>(ask: &Ask<'a>, id: ItemId) -> Result<(&'a Item, Access), Refusal> {
    let none = || not_found("Jump item");
    let item = ask.desk.items.get(&id).ok_or_else(none)?;
    let access = access_of_actor(ask, item.place)?;
    if access.sees() { Ok((item, access)) } else { Err(none()) }
}

/// What the one who asks may do in a place.
fn access_of_actor(ask: &Ask<'_>, place: ItemPlace) -> Result<Access, Refusal> {
    if ask.actor == Actor::Operator {
        return Ok(Access { rights: JumpRight::ALL.into(), session: BTreeSet::new() });
    }
    Ok(ask.desk.access(ask.account()?.0, place))
}

/// An item with which the one who asks may do something.
pub(super) fn item_for<'a>(ask: &Ask<'a>, id: ItemId, right: JumpRight) -> Result<&'a Item, Refusal> {
    let (item, access) = seen(ask, id)?;
    require(&access, right)?;
    Ok(item)
}

/// A place in which the one who asks may do something.
pub(super) fn place_for(ask: &Ask<'_>, place: ItemPlace, right: JumpRight) -> Result<(), Refusal> {
    let exists = match place {
        ItemPlace::Group(group) => ask.desk.groups.has(group),
        ItemPlace::Personal(account) => ask.desk.accounts.has(account),
    };
    let access = access_of_actor(ask, place)?;
    if !exists || access.rights.is_empty() {
        return Err(not_found("list of Jump items"));
    }
    require(&access, right)
}

fn require(access: &Access, right: JumpRight) -> Result<(), Refusal> {
    if access.has(right) {
        return Ok(());
    }
    let what = match right {
        JumpRight::Start => "start sessions with",
        JumpRight::Add => "add",
        JumpRight::Edit => "change",
        JumpRight::Remove => "remove",
    };
    Err(Refusal::new(
        Rule::Permission,
        format!("the role that you have here does not let you {what} Jump items"),
    ))
}

/// Whether the one who asks may start a session with an item now.
///
/// # Errors
/// He may not jump, does not reach the item, the schedule of its policy is closed (and he does not override it, or
/// may not), or its password was not right.
pub(crate) fn may_start(
    ask: &Ask<'_>,
    item: ItemId,
    password: PasswordProof,
    overrides_schedule: bool,
) -> Result<(), Refusal> {
    let (account, _) = ask.permitted(Permission::Jump)?;
    let item = item_for(ask, item, JumpRight::Start)?;
    let may_override = ask.desk.permission(account, Permission::EditJumpPolicies).is_allowed;
    if !(overrides_schedule && may_override) {
        check_schedule(ask, item, may_override)?;
    }
    match (item.has_password, password) {
        (false, _) | (true, PasswordProof::Right) => Ok(()),
        (true, PasswordProof::None) => {
            Err(Refusal::new(Rule::Password, "the Jump item asks for its password"))
        }
        (true, PasswordProof::Wrong) => {
            Err(Refusal::new(Rule::Password, "the password of the Jump item is another"))
        }
    }
}

fn check_schedule(ask: &Ask<'_>, item: &Item, may_override: bool) -> Result<(), Refusal> {
    let Some(policy) = item.label.policy else { return Ok(()) };
    let policy = ask.desk.jump_policies.get(policy).ok_or_else(|| not_found("Jump policy"))?;
    match &policy.schedule {
        Some(schedule) if !schedule.is_open(ask.now) => {
            Err(closed(&policy.name, schedule, ask, may_override))
        }
        _ => Ok(()),
    }
}

/// The refusal says what the policy allows, when that will be next, and who may start all the same.
fn closed(policy: &str, schedule: &Schedule, ask: &Ask<'_>, may_override: bool) -> Refusal {
    let opens = schedule.opens_at(ask.now);
    let next = match opens {
        Some(at) => format!("the next time is {}", schedule.on_its_clocks(at)),
        None => "there is no next time".to_owned(),
    };
    let all_the_same = if may_override { "; you may start all the same" } else { "" };
    let detail = format!("the Jump policy {policy} allows sessions {schedule}; {next}{all_the_same}");
    Refusal::new(Rule::Schedule, detail).until(opens)
}
