//! The picture behind all windows: hidden while nobody is to see it, and put back.

use crate::Lost;

/// Hides the wallpaper and shows it again. Calls block for at most a few seconds, where another program must be
/// asked.
///
/// Dropping it changes nothing: what is hidden stays hidden, and another process can show it again by what
/// [`Wallpaper::original`] gave. So store that before [`Wallpaper::hide`].
pub trait Wallpaper: Send {
    /// What is needed to show the wallpaper again, one line for each part of it; `None` where there is nothing to
    /// hide. Never ask while it is hidden.
    ///
    /// # Errors
    /// [`Lost`] when the desktop is gone.
    fn original(&mut self) -> Result<Option<String>, Lost>;

    /// Shows one colour instead.
    ///
    /// # Errors
    /// [`Lost`] when the desktop is gone.
    fn hide(&mut self) -> Result<(), Lost>;

    /// Shows the wallpaper again, as [`Wallpaper::original`] described it. What does not belong to this desktop, or
    /// is gone since, is left alone: text from a file is not trusted.
    ///
    /// # Errors
    /// [`Lost`] when the desktop is gone.
    fn show(&mut self, original: &str) -> Result<(), Lost>;
}
