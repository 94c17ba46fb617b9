//! Doing what a technician's hands do: pointer, buttons, wheel, keys and text.

use frame::Point;
use keyboard_types::{Code, Key};
pub use wire::input::Button;

use crate::Lost;

/// One notch of a wheel, in the units of [`Input::wheel`].
pub const WHEEL_NOTCH: i32 = 120;

/// Injects input. Belongs to one thread at a time; calls return once the system has taken the input.
///
/// Dropping it releases everything that is held and puts back what it changed on the keyboard.
pub trait Input: Send {
    /// Moves the pointer to a pixel of a display; outside of the display, to its nearest pixel.
    ///
    /// # Errors
    /// [`InputError::NoSuchDisplay`], or [`InputError::Lost`].
    fn pointer(&mut self, display: u8, at: Point) -> Result<(), InputError>;

    /// Presses or releases a button. Releasing one that is not held by us does nothing.
    ///
    /// # Errors
    /// [`InputError::Lost`].
    fn button(&mut self, button: Button, down: bool) -> Result<(), InputError>;

    /// Turns the wheel: right and down are positive, [`WHEEL_NOTCH`] is one notch. Parts of a notch add up.
    /// A single call turns at most 32 notches each way.
    ///
    /// # Errors
    /// [`InputError::Lost`].
    fn wheel(&mut self, dx: i32, dy: i32) -> Result<(), InputError>;

    /// Presses or releases a key.
    ///
    /// `code` is the place on the technician's keyboard, `key` what it means there. Where the key at that
    /// place means the same here, it is pressed and held. Where `key` is a character that it would not give,
    /// the character is typed in another way, layout or not; such a key is not held, and repeats each time it is
    /// pressed. With Control, Alt or Super held, a character that is not on the layout gives way to the place,
    /// so that shortcuts work. Dead keys do nothing: the character that they make comes as a key of its own.
    ///
    /// A second press of a held key does nothing, since the system repeats it by itself. A release ends just
    /// what the press with the same `code` began.
    ///
    /// # Errors
    /// [`InputError::Untypable`], or [`InputError::Lost`].
    fn key(&mut self, code: Code, key: Option<&Key>, down: bool) -> Result<(), InputError>;

    /// Types text, whatever the layout. Line feeds become the Enter key, tabs the Tab key.
    ///
    /// Blocks while it types: where a text has more different characters that are not on the layout than there
    /// are keys to lend them (about twenty), it waits up to 300 ms for every twenty more, until programs have
    /// taken in those before.
    ///
    /// # Errors
    /// [`InputError::Untypable`] at the first character that cannot be typed, or [`InputError::Lost`].
    fn text(&mut self, text: &str) -> Result<(), InputError>;

    /// Releases every key and button that was pressed here, and forgets parts of wheel notches.
    ///
    /// # Errors
    /// [`InputError::Lost`].
    fn release_all(&mut self) -> Result<(), InputError>;
}

/// Why input was not injected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// There is no display with this id.
    #[error("there is no display {0}")]
    NoSuchDisplay(u8),
    /// The keyboard has no way to give this character.
    #[error("no key gives {0:?}, and none is free to be lent to it")]
    Untypable(char),
    /// The desktop is gone.
    #[error(transparent)]
    Lost(#[from] Lost),
}
