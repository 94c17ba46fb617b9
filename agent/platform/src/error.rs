//! Why a part of the desktop cannot be opened, or went away. Topics with errors of their own keep them.

use std::io;

use frame::Size;

/// Why a platform, or a part of it, could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The platform's name says nothing that this build knows.
    #[error(
        "unknown platform {spec:?}: expected auto, x11, x11:DISPLAY, fake:FILE or fake:pattern:WIDTHxHEIGHT"
    )]
    Spec {
        /// What was asked for.
        spec: String,
    },
    /// There is no desktop to show, as in a container or over ssh.
    #[error("no desktop found: DISPLAY is not set")]
    NoDesktop,
    /// This operating system is not served yet.
    #[error("{os} desktops are not supported yet")]
    Unsupported {
        /// The operating system's name.
        os: &'static str,
    },
    /// The display server refuses or cannot be reached.
    #[error("cannot connect to display {display:?}: {reason}")]
    Connect {
        /// The display's name.
        display: String,
        /// The server's or the system's words.
        reason: String,
    },
    /// The display server lacks something that there is no way around.
    #[error("the display server has no {0} extension")]
    Missing(&'static str),
    /// Pixels come in a form that is not 8 bits each of blue, green, red and padding.
    #[error("the display's pixels are not 32-bit little-endian BGRX: {0}")]
    Format(String),
    /// There is no display with this id, or it is gone.
    #[error("there is no display {0}")]
    NoSuchDisplay(u8),
    /// A display larger than a tile grid can count.
    #[error("a display of {0} pixels is too large")]
    TooLarge(Size),
    /// A recording cannot be read.
    #[error("cannot play {path:?}: {source}")]
    Recording {
        /// The recording's file.
        path: String,
        /// What is wrong with it.
        source: io::Error,
    },
    /// The connection was lost while opening.
    #[error(transparent)]
    Lost(#[from] Lost),
}

/// The desktop went away or broke its protocol; whatever was opened must be opened anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the desktop is lost: {0}")]
pub struct Lost(pub(crate) String);
