//! The picture on its way: every hop keeps a [`Store`] with the newest of each tile, and for each viewer below it
//! a [`View`] that knows what that viewer already has.
//!
//! Nothing is queued: a slow viewer skips versions, a late one starts from what is stored. The agent's own uplink
//! is a `Store` with one `View` as well. Payloads are opaque here; nothing decodes, waits or reads a clock.
//!
//! ```text
//! link above ─► Inbox ─► Store ─┬─► View ─► link below
//!  (or the encoder)             └─► View ─► link below
//! ```
//!
//! Reading order: [`Inbox`] for what may be applied when, [`Store`] for what is kept, [`View`] for what is sent.
//!
//! Words: a tile's *grade* is its version and quality; an operation is *based* when it needs pixels that the
//! viewer has (copy, patch); a payload is *fresh* when it and the patches behind it make the newest grade, and
//! *stale* otherwise; a *step* is all that makes one version of a tile out of the one before.
//!
//! Invariants, held by every hop, so that a version is never right with wrong pixels:
//! - An update is applied only once all up to its `after` are. What is older than the receiver's tile is skipped,
//!   tile by tile.
//! - All parts of one step travel in one update. A step is sent only to a view whose tiles, all that it reads,
//!   were last sent at exactly their newest version not after the base, and exact.
//! - An update with a based operation has `after` at least the last update that wrote any tile that it reads. One
//!   that writes a tile which an unanswered copy reads has `after` at least that copy's.
//! - Refilling a slot or a dictionary's place waits for the last fill and for the last use of what was there; a use
//!   waits for its fill.
//! - A copy reads the picture as it was before its update; so in one update each tile has at most one step with
//!   copies, and reads what was sent in earlier updates.
//! - A film's place goes before its pictures, and each picture after the one it builds on; a key picture builds on
//!   none. What is older than the receiver's picture is skipped. A film that ended stays with the receiver until every
//!   tile beneath is at the version that its end names.
//! - Epochs never mix: with a new one, a view has sent nothing. Numbers go on.
//! - Who stops watching frees its picture, and takes nothing from then on before an update that [`starts_over`]:
//!   what was on its way would be based on what is gone. Such an update comes after all before it and before all
//!   behind it, and both sides take the viewer for empty there.
//! - A hop that cannot make sense of an operation marks its tile as stale at the version that was named, and asks
//!   for it; it never guesses pixels.

mod grade;
mod inbox;
mod store;
mod tileset;
mod view;

pub use inbox::{Inbox, InboxCounters, InboxError};
pub use store::{Capture, Store, StoreCounters, StoreError};
pub use view::View;

use std::time::Duration;

use wire::screen::Update;

/// A sender hears at most this late what its receiver applied. It needs that to make later updates wait for less, never
/// to go on: so one answer for several updates is as good, and each costs a packet.
pub const ANSWER_WITHIN: Duration = Duration::from_millis(100);

/// Whether an update says that its receiver has nothing: the sender has forgotten what it sent before.
///
/// It is an update without operations and inputs. Who applies it empties picture, slots and dictionaries.
pub fn starts_over(update: &Update) -> bool {
    update.operations.is_empty() && update.header.inputs.is_empty()
}
