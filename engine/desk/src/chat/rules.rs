//! Rules.
use super::{Command, Event};
use crate::ask::Ask;
use crate::{Desk, Refusal};
pub(crate) fn decide(ask: &mut Ask<'_>, command: Command) -> Result<(), Refusal> {
    let _ = (ask, command);
    Ok(())
}
pub(crate) fn apply(desk: &mut Desk, event: &Event) {
    let _ = (desk, event);
}
