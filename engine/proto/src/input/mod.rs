//! Input on its way: [`Merger`] at the technician, [`Held`] at the agent.
//!
//! Moves of the pointer are merged over a few milliseconds, and nothing else ever is. Each event has a number that
//! grows, so that the picture can say which input it shows the effect of. What a technician holds down is known
//! at the agent, so that nothing stays pressed when he goes or loses control.

mod held;
mod merger;

pub use held::{Held, InputRefused, KEYS_HELD_MAX};
pub use merger::{Input, MERGE_OVER, Merger, QueueFull, RECORDS_MAX};
