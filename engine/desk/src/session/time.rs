//! What time alone does to sessions: graces end, rules of queues act, schedules close.

use jiff::{SignedDuration, Timestamp};

use super::{CustomerPresence, Draft, Ended, Origin, Place, Session};
use crate::ask::Ask;
use crate::record::QueueCondition;
use crate::schedule::Schedule;
use crate::{Desk, Participant, QueueRuleId, Refusal};

/// What is due for a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// The schedule of its Jump policy closes.
    Schedule,
    /// A customer who is lost is not waited for any longer.
    Customer,
    /// Nor is a member.
    Member(Participant),
    /// A rule of its queue acts.
    Rule(QueueRuleId),
}

/// When time alone changes a session next.
pub(crate) fn due(desk: &Desk, now: Timestamp) -> Option<Timestamp> {
    desk.sessions.values().filter_map(|session| next(desk, now, session)).map(|(at, _)| at).min()
}

pub(super) fn tick(ask: &mut Ask<'_>) -> Result<(), Refusal> {
    ask.relay()?;
    let (desk, now) = (ask.desk, ask.now);
    for (&id, session) in &desk.sessions {
        if next(desk, now, session).is_some_and(|(at, _)| at <= now) {
            Draft::of(ask, id)?.catch_up();
        }
    }
    Ok(())
}

impl Draft<'_, '_> {
    /// Does all that is due. Each step ends the session, takes somebody out or is done with a rule, so this comes
    /// to an end.
    fn catch_up(&mut self) {
        let now = self.ask.now;
        while let Some((at, due)) = next(self.ask.desk, now, &self.session).filter(|_| !self.is_over) {
            if at > now {
                break;
            }
            match due {
                Due::Schedule => self.end(Ended::Schedule, String::new()),
                Due::Customer => self.end(Ended::CustomerLost, String::new()),
                Due::Member(who) => self.lose(who),
                Due::Rule(rule) => {
                    self.obey(rule);
                    self.obey_on_arrival();
                }
            }
        }
    }
}

/// What is due first.
fn next(desk: &Desk, now: Timestamp, session: &Session) -> Option<(Timestamp, Due)> {
    let schedule = closes_at(desk, now, session).map(|at| (at, Due::Schedule));
    let customer = customer_given_up_at(desk, session).map(|at| (at, Due::Customer));
    let grace_s = desk.site.record.lost_technician_grace_s;
    let members = session
        .members
        .iter()
        .filter_map(|(&who, member)| member.lost.map(|since| (after(since, grace_s), Due::Member(who))));
    schedule.into_iter().chain(customer).chain(members).chain(rules(desk, session)).min()
}

/// When the schedule that ends it closes; now, if it is closed.
fn closes_at(desk: &Desk, now: Timestamp, session: &Session) -> Option<Timestamp> {
    let Origin::Jump { item, overrode_schedule: false, .. } = session.origin else { return None };
    let policy = desk.jump_policies.get(desk.items.get(&item)?.label.policy?)?;
    let schedule: &Schedule = policy.schedule.as_ref().filter(|_| policy.ends_sessions)?;
    if schedule.is_open(now) { schedule.closes_at(now) } else { Some(now) }
}

/// A customer is given up who was lost for the whole of his grace, all that time with nobody who owned the
/// session: an owner waits for as long as he likes.
fn customer_given_up_at(desk: &Desk, session: &Session) -> Option<Timestamp> {
    let Place::Waiting { since: waits_since, .. } = session.place else { return None };
    let CustomerPresence::Lost { since } = session.customer.presence else { return None };
    Some(after(since.max(waits_since), desk.site.record.lost_customer_grace_s))
}

/// Rules leave alone what its owner put aside: he knows of it.
fn rules<'a>(desk: &'a Desk, session: &'a Session) -> impl Iterator<Item = (Timestamp, Due)> + 'a {
    let waits = match session.place {
        Place::Waiting { queue, since, is_kept: false } => Some((queue, since)),
        Place::Waiting { .. } | Place::Owned { .. } => None,
    };
    waits.into_iter().flat_map(move |(queue, since)| {
        desk.queue_rules.iter().filter_map(move |(id, rule)| match rule.when {
            QueueCondition::WaitedFor(wait_s) if rule.queue == queue && !session.rules_done.contains(&id) => {
                Some((after(since, wait_s), Due::Rule(id)))
            }
            _ => None,
        })
    })
}

fn after(since: Timestamp, wait_s: u32) -> Timestamp {
    since.checked_add(SignedDuration::from_secs(wait_s.into())).unwrap_or(Timestamp::MAX)
}
