//! Rules.
use super::{Command, Event};
use crate::ask::Ask;
use crate::{Desk, Refusal};
pub(crate) fn decide(ask: &mut Ask<'_>, command: Command) -> Result<(), Refusal> {
    let _ = (ask, command);
    Ok(())
}
pub(crate) fn apply(desk: &mut Desk, at: jiff::Timestamp, event: &Event) {
    let _ = (desk, at, event);
}
impl Event {
    pub(crate) fn touches(&self) -> Vec<crate::EntityId> {
        Vec::new()
    }
}
