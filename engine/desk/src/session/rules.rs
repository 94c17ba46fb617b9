//! Which command goes where.

use super::{Command, act, customer, own, start, time};
use crate::Refusal;
use crate::ask::Ask;

pub(crate) fn decide(ask: &mut Ask<'_>, command: Command) -> Result<(), Refusal> {
    match command {
        Command::StartByKey { key, customer } => start::by_key(ask, key, customer),
        Command::StartByIssue { portal, issue, customer } => start::by_issue(ask, portal, issue, customer),
        Command::StartByTechnician { portal, account, customer } => {
            start::by_technician(ask, portal, account, customer)
        }
        Command::Jump { item, password, overrides_schedule } => {
            start::by_jump(ask, item, password, overrides_schedule)
        }
        Command::Accept { session } => own::accept(ask, session),
        Command::Move { session, to } => own::send(ask, session, to),
        Command::Transfer { session, to } => own::offer(ask, session, to),
        Command::CancelTransfer { session } => own::cancel_offer(ask, session),
        Command::DeclineTransfer { session } => own::decline_offer(ask, session),
        Command::Remove { session, who } => own::remove(ask, session, who),
        Command::Leave { session } => own::leave(ask, session),
        Command::Keep { session } => own::keep(ask, session),
        Command::End { session, reason } => own::end(ask, session, reason),
        Command::DisconnectCustomer { session } => customer::disconnect(ask, session),
        Command::CustomerEnds => customer::ends(ask),
        Command::CustomerCame { session, client } => customer::came(ask, session, client),
        Command::CustomerLost { session } => customer::lost(ask, session),
        Command::MemberLost { who } => own::member_lost(ask, who),
        Command::MemberBack { who } => own::member_back(ask, who),
        Command::Act { session, who, deed, step } => act::act(ask, session, who, deed, step),
        Command::Tick => time::tick(ask),
    }
}
