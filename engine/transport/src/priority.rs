//! What goes first on a link.

/// Bits of a [`Priority`]'s number that order streams of the same class.
const ORDER_BITS: u32 = 24;

/// The place of a stream in a link's sending order.
///
/// Streams of a higher class go first. Among screen updates the older goes first, so that what a viewer waits for
/// is not overtaken by what builds on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// The control stream.
    Control,
    /// Keys and pointer.
    Input,
    /// The first kilobytes of a shell's answer to a key.
    Echo,
    /// The pointer's shape and place.
    Cursor,
    /// A screen update, by its number on this link.
    Screen(u64),
    /// The rest of a shell.
    Shell,
    /// Clipboard, chat and other small requests.
    Clipboard,
    /// Files and recordings.
    Bulk,
}

/// Classes of traffic, for counting. See [`Priority`] for what each one holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// Files and recordings.
    Bulk = 0,
    /// Clipboard, chat and other small requests.
    Clipboard = 1,
    /// Shell bytes beyond the echo.
    Shell = 2,
    /// Screen updates.
    Screen = 3,
    /// Pointer shape and place.
    Cursor = 4,
    /// Control, input and a shell's echo.
    Urgent = 5,
}

impl Class {
    /// All classes, lowest first; `Class::ALL[i] as usize == i`.
    pub const ALL: [Self; 6] =
        [Self::Bulk, Self::Clipboard, Self::Shell, Self::Screen, Self::Cursor, Self::Urgent];

    /// The class in words, as a label of a metric.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bulk => "bulk",
            Self::Clipboard => "clipboard",
            Self::Shell => "shell",
            Self::Screen => "screen",
            Self::Cursor => "cursor",
            Self::Urgent => "urgent",
        }
    }
}

impl Priority {
    /// The class that this is counted under.
    pub const fn class(self) -> Class {
        match self {
            Self::Control | Self::Input | Self::Echo => Class::Urgent,
            Self::Cursor => Class::Cursor,
            Self::Screen(_) => Class::Screen,
            Self::Shell => Class::Shell,
            Self::Clipboard => Class::Clipboard,
            Self::Bulk => Class::Bulk,
        }
    }

    /// The number that carriers sort by; higher goes first. Never negative.
    ///
    /// The class stands in the high bits; in the 24 below, an older update has the higher number. The update number
    /// wraps there after 16 million updates (77 hours at 60 a second), when one moment's order may be wrong.
    pub const fn to_number(self) -> i32 {
        const ORDER_MAX: u64 = (1 << ORDER_BITS) - 1;
        let order = match self {
            Self::Screen(number) => (ORDER_MAX - (number & ORDER_MAX)) as i32,
            _ => 0,
        };
        ((self.class() as i32) << ORDER_BITS) | order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_stand_in_the_order_of_the_design() {
        let order = [
            Priority::Control,
            Priority::Cursor,
            Priority::Screen(1),
            Priority::Shell,
            Priority::Clipboard,
            Priority::Bulk,
        ];
        assert!(order.is_sorted_by_key(|priority| -priority.to_number()));
        assert_eq!(Priority::Control.to_number(), Priority::Input.to_number());
        assert_eq!(Priority::Control.to_number(), Priority::Echo.to_number());
    }

    #[test]
    fn an_older_update_goes_before_a_newer_one_and_none_leaves_its_class() {
        for number in [0, 1, 77, (1 << ORDER_BITS) - 2] {
            let (older, newer) = (Priority::Screen(number), Priority::Screen(number + 1));
            assert!(newer.to_number() < older.to_number());
            assert!(Priority::Shell.to_number() < newer.to_number());
            assert!(older.to_number() < Priority::Cursor.to_number());
        }
        assert!(Priority::Screen(u64::MAX).to_number() < Priority::Cursor.to_number());
    }

    #[test]
    fn every_class_stands_at_its_own_index() {
        for (index, class) in Class::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, index);
        }
    }
}
