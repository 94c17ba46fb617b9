//! Who invites whom, and who comes in.

use jiff::{SignedDuration, Timestamp};

use super::limits::{COMMENTS_MAX, EXTERNALS_MAX, OPEN_MAX};
use super::{Command, Event, External, ExternalEnded, Invitation, InvitationEnded, Invited};
use crate::ask::{Ask, not_found};
use crate::key::{Digest, may_mail};
use crate::permission::Permission;
use crate::session::{self, Draft, Queue};
use crate::{
    AccountId, Actor, Desk, EntityId, ExternalId, InvitationId, Participant, Refusal, Rule, SessionId,
    SessionPolicyId, fields,
};

pub(crate) fn decide(ask: &mut Ask<'_>, command: Command) -> Result<(), Refusal> {
    match command {
        Command::Invite { session, to } => invite(ask, session, to),
        Command::Cancel { invitation } => cancel(ask, invitation),
        Command::Accept { invitation } => accept(ask, invitation),
        Command::Decline { invitation } => decline(ask, invitation),
        Command::InviteExternal { session, key, name, comments, policy, valid_for_s } => {
            let outside = Outside { key, name, comments, policy, valid_for_s };
            invite_external(ask, session, outside)
        }
        Command::CancelExternal { external } => cancel_external(ask, external),
        Command::MailExternal { external, key, to } => mail_external(ask, external, key, to),
        Command::JoinExternal { key } => join_external(ask, key),
    }
}

fn invite(ask: &mut Ask<'_>, session: SessionId, to: Invited) -> Result<(), Refusal> {
    let desk = ask.desk;
    let draft = Draft::of(ask, session)?;
    let by = draft.owner_acts()?;
    if let Invited::Account(account) = to
        && draft.session.has(Participant::Account(account))
    {
        return Err(Refusal::new(Rule::Already, "this technician is in the session already"));
    }
    if desk.invitations_into(session).any(|(_, open)| open.to == to) {
        return Err(Refusal::new(Rule::Already, "the same invitation is open already"));
    }
    if desk.invitations_into(session).count() >= OPEN_MAX {
        return Err(Refusal::new(
            Rule::Full,
            format!("{OPEN_MAX} invitations into this session are open already"),
        ));
    }
    match to {
        Invited::Account(account) => desk.may_send(by, Queue::Personal(account))?,
        Invited::Team(team) => desk.may_send(by, Queue::Team(team))?,
        Invited::Help(issue) => {
            let issue = desk.issues.get(issue).filter(|issue| issue.may_ask_for_help);
            issue.ok_or_else(|| not_found("issue by which help can be asked for"))?;
        }
    }
    let invitation = InvitationId::new(ask.next_id());
    ask.push(Event::Invited { invitation, state: Invitation { session, by, to, since: ask.now } });
    Ok(())
}

fn cancel(ask: &mut Ask<'_>, id: InvitationId) -> Result<(), Refusal> {
    let (account, _) = ask.account()?;
    let invitation = open(ask.desk, id)?;
    if invitation.by != account {
        return Err(Refusal::new(Rule::OwnerOnly, "only who invited can cancel the invitation"));
    }
    end(ask, id, invitation, InvitationEnded::Cancelled);
    Ok(())
}

fn accept(ask: &mut Ask<'_>, id: InvitationId) -> Result<(), Refusal> {
    let account = ask.at_console()?;
    let desk = ask.desk;
    let invitation = open(desk, id)?;
    if !desk.is_invited(account, invitation) {
        return Err(not_invited());
    }
    let who = Participant::Account(account);
    let mut draft = Draft::of(ask, invitation.session)?;
    if draft.session.has(who) {
        return Err(Refusal::new(Rule::Already, "you are in this session already"));
    }
    draft.has_room()?;
    draft.end_invitation(id, InvitationEnded::Accepted);
    // He may have been invited in person and with his team: who is in is not invited any more.
    let in_person = |open: &Invitation| open.to == Invited::Account(account);
    for (other, _) in desk.invitations_into(invitation.session).filter(|(_, open)| in_person(open)) {
        if other != id {
            draft.end_invitation(other, InvitationEnded::Accepted);
        }
    }
    let (session, invited_by) = (invitation.session, Some(invitation.by));
    draft.push(session::Event::Joined { session, who, invited_by, invitation: Some(id) });
    Ok(())
}

fn decline(ask: &mut Ask<'_>, id: InvitationId) -> Result<(), Refusal> {
    let (account, _) = ask.account()?;
    let invitation = open(ask.desk, id)?;
    match invitation.to {
        Invited::Account(invited) if invited == account => {
            end(ask, id, invitation, InvitationEnded::Declined);
        }
        Invited::Account(_) => return Err(not_invited()),
        Invited::Team(_) | Invited::Help(_) => {
            return Err(Refusal::new(Rule::WrongActor, "nobody can decline for a whole team"));
        }
    }
    Ok(())
}

/// What is said of somebody from outside.
struct Outside {
    key: Digest,
    name: String,
    comments: String,
    policy: Option<SessionPolicyId>,
    valid_for_s: u32,
}

fn invite_external(ask: &mut Ask<'_>, session: SessionId, outside: Outside) -> Result<(), Refusal> {
    let desk = ask.desk;
    let by = Draft::of(ask, session)?.owner_acts()?;
    ask.permitted(Permission::InviteExternals)?;
    let Outside { key, name, comments, policy, valid_for_s } = outside;
    fields::name("name", &name)?;
    fields::text("comments", &comments, COMMENTS_MAX)?;
    fields::seconds("valid_for_s", valid_for_s, 1, desk.site.record.key_lifetime_max_s)?;
    if let Some(policy) = policy {
        let is_fit = desk.session_policies.get(policy).is_some_and(|policy| policy.is_for_externals);
        fields::exists("policy", is_fit, "session policy for people from outside")?;
    }
    if desk.externals.values().any(|other| other.key == key) {
        return Err(Refusal::new(Rule::Taken, "this key is that of another invitation"));
    }
    if desk.externals.values().filter(|other| other.session == session).count() >= EXTERNALS_MAX {
        let detail = format!("{EXTERNALS_MAX} people from outside are invited into this session already");
        return Err(Refusal::new(Rule::Full, detail));
    }
    let lifetime = SignedDuration::from_secs(valid_for_s.into());
    let expires = ask.now.checked_add(lifetime).unwrap_or(Timestamp::MAX);
    let state = External { session, by, name, comments, policy, key, expires, joined: None, letters: 0 };
    let external = ExternalId::new(ask.next_id());
    ask.push(Event::ExternalInvited { external, state });
    Ok(())
}

fn cancel_external(ask: &mut Ask<'_>, id: ExternalId) -> Result<(), Refusal> {
    let (account, _) = ask.account()?;
    let external = ask.desk.externals.get(&id).ok_or_else(|| not_found("external invitation"))?;
    if external.by != account {
        return Err(Refusal::new(Rule::OwnerOnly, "only who invited can cancel the invitation"));
    }
    if external.joined.is_some() {
        return Err(Refusal::new(Rule::Used, "he came in already; the owner can remove him"));
    }
    let (session, why) = (external.session, ExternalEnded::Cancelled);
    ask.push(Event::ExternalEnded { external: id, session, why });
    Ok(())
}

fn mail_external(ask: &mut Ask<'_>, id: ExternalId, key: Digest, to: String) -> Result<(), Refusal> {
    let (account, _) = ask.permitted(Permission::InviteExternals)?;
    let external = ask.desk.externals.get(&id).ok_or_else(|| not_found("external invitation"))?;
    if external.by != account {
        return Err(Refusal::new(Rule::OwnerOnly, "only who invited can send the invitation"));
    }
    if external.key != key {
        return Err(Refusal::field("key", "key is not that of this invitation"));
    }
    if external.joined.is_some() {
        return Err(Refusal::new(Rule::Used, "somebody came in by this invitation already"));
    }
    may_mail(&to, external.letters)?;
    ask.push(Event::ExternalMailed { external: id, to });
    Ok(())
}

fn join_external(ask: &mut Ask<'_>, key: Digest) -> Result<(), Refusal> {
    if ask.actor != Actor::Visitor {
        return Err(Refusal::new(Rule::WrongActor, "this is for visitors of the public pages"));
    }
    let found = ask.desk.externals.iter().find(|(_, external)| external.key == key);
    let (&id, external) = found.ok_or_else(|| not_found("invitation"))?;
    if external.joined.is_some() {
        return Err(Refusal::new(Rule::Used, "somebody came in by this invitation already"));
    }
    if external.expires <= ask.now {
        return Err(Refusal::new(Rule::Expired, format!("it let somebody in until {}", external.expires)));
    }
    let mut draft = Draft::of(ask, external.session)?;
    draft.has_room()?;
    draft.ask.push(Event::ExternalJoined { external: id });
    let (session, invited_by) = (external.session, Some(external.by));
    let who = Participant::External(id);
    draft.push(session::Event::Joined { session, who, invited_by, invitation: None });
    Ok(())
}

fn end(ask: &mut Ask<'_>, id: InvitationId, invitation: &Invitation, why: InvitationEnded) {
    ask.push(Event::Ended { invitation: id, session: invitation.session, why });
}

fn open(desk: &Desk, id: InvitationId) -> Result<&Invitation, Refusal> {
    desk.invitations.get(&id).ok_or_else(|| not_found("invitation"))
}

fn not_invited() -> Refusal {
    Refusal::new(Rule::QueueOutOfReach, "the invitation is to somebody else")
}

impl Desk {
    /// Invitations into a session that are open.
    pub(crate) fn invitations_into(
        &self,
        session: SessionId,
    ) -> impl Iterator<Item = (InvitationId, &Invitation)> {
        self.invitations.iter().filter(move |(_, open)| open.session == session).map(|(&id, open)| (id, open))
    }

    /// Whether an account may come in by an invitation.
    pub(crate) fn is_invited(&self, account: AccountId, invitation: &Invitation) -> bool {
        self.queue_of(invitation.to).is_some_and(|queue| self.works(account, queue))
    }

    /// The queue that shows an invitation; none, if the issue of it is gone.
    pub(crate) fn queue_of(&self, invited: Invited) -> Option<Queue> {
        match invited {
            Invited::Account(account) => Some(Queue::Personal(account)),
            Invited::Team(team) => Some(Queue::Team(team)),
            Invited::Help(issue) => self.issues.get(issue).map(|issue| Queue::Team(issue.team)),
        }
    }
}

pub(crate) fn apply(desk: &mut Desk, at: Timestamp, event: &Event) {
    match event {
        Event::Invited { invitation, state } => {
            desk.dealt(invitation.get());
            desk.invitations.insert(*invitation, *state);
        }
        Event::Ended { invitation, .. } => {
            desk.invitations.remove(invitation);
        }
        Event::ExternalInvited { external, state } => {
            desk.dealt(external.get());
            desk.externals.insert(*external, state.clone());
        }
        Event::ExternalMailed { external, .. } => {
            if let Some(external) = desk.externals.get_mut(external) {
                external.letters += 1;
            }
        }
        Event::ExternalJoined { external } => {
            if let Some(external) = desk.externals.get_mut(external) {
                external.joined = Some(at);
            }
        }
        Event::ExternalEnded { external, .. } => {
            desk.externals.remove(external);
        }
    }
}

impl Event {
    pub(crate) fn touches(&self) -> Vec<EntityId> {
        match self {
            &Self::Invited { invitation, .. } => vec![EntityId::Counter, EntityId::Invitation(invitation)],
            &Self::Ended { invitation, .. } => vec![EntityId::Invitation(invitation)],
            &Self::ExternalInvited { external, .. } => vec![EntityId::Counter, EntityId::External(external)],
            Self::ExternalMailed { external, .. }
            | Self::ExternalJoined { external }
            | Self::ExternalEnded { external, .. } => {
                vec![EntityId::External(*external)]
            }
        }
    }
}
