//! Which X keycode a place on the keyboard has: the kernel's evdev code, moved up by 8.

use keyboard_types::{Code, NamedKey};

/// What X adds to the kernel's codes.
const OFFSET: u8 = 8;

/// Places and their evdev codes, as in the kernel's `input-event-codes.h`.
const EVDEV: &[(Code, u8)] = &[
    (Code::Escape, 1),
    (Code::Digit1, 2),
    (Code::Digit2, 3),
    (Code::Digit3, 4),
    (Code::Digit4, 5),
    (Code::Digit5, 6),
    (Code::Digit6, 7),
    (Code::Digit7, 8),
    (Code::Digit8, 9),
    (Code::Digit9, 10),
    (Code::Digit0, 11),
    (Code::Minus, 12),
    (Code::Equal, 13),
    (Code::Backspace, 14),
    (Code::Tab, 15),
    (Code::KeyQ, 16),
    (Code::KeyW, 17),
    (Code::KeyE, 18),
    (Code::KeyR, 19),
    (Code::KeyT, 20),
    (Code::KeyY, 21),
    (Code::KeyU, 22),
    (Code::KeyI, 23),
    (Code::KeyO, 24),
    (Code::KeyP, 25),
    (Code::BracketLeft, 26),
    (Code::BracketRight, 27),
    (Code::Enter, 28),
    (Code::ControlLeft, 29),
    (Code::KeyA, 30),
    (Code::KeyS, 31),
    (Code::KeyD, 32),
    (Code::KeyF, 33),
    (Code::KeyG, 34),
    (Code::KeyH, 35),
    (Code::KeyJ, 36),
    (Code::KeyK, 37),
    (Code::KeyL, 38),
    (Code::Semicolon, 39),
    (Code::Quote, 40),
    (Code::Backquote, 41),
    (Code::ShiftLeft, 42),
    (Code::Backslash, 43),
    (Code::KeyZ, 44),
    (Code::KeyX, 45),
    (Code::KeyC, 46),
    (Code::KeyV, 47),
    (Code::KeyB, 48),
    (Code::KeyN, 49),
    (Code::KeyM, 50),
    (Code::Comma, 51),
    (Code::Period, 52),
    (Code::Slash, 53),
    (Code::ShiftRight, 54),
    (Code::NumpadMultiply, 55),
    (Code::AltLeft, 56),
    (Code::Space, 57),
    (Code::CapsLock, 58),
    (Code::F1, 59),
    (Code::F2, 60),
    (Code::F3, 61),
    (Code::F4, 62),
    (Code::F5, 63),
    (Code::F6, 64),
    (Code::F7, 65),
    (Code::F8, 66),
    (Code::F9, 67),
    (Code::F10, 68),
    (Code::NumLock, 69),
    (Code::ScrollLock, 70),
    (Code::Numpad7, 71),
    (Code::Numpad8, 72),
    (Code::Numpad9, 73),
    (Code::NumpadSubtract, 74),
    (Code::Numpad4, 75),
    (Code::Numpad5, 76),
    (Code::Numpad6, 77),
    (Code::NumpadAdd, 78),
    (Code::Numpad1, 79),
    (Code::Numpad2, 80),
    (Code::Numpad3, 81),
    (Code::Numpad0, 82),
    (Code::NumpadDecimal, 83),
    (Code::IntlBackslash, 86),
    (Code::F11, 87),
    (Code::F12, 88),
    (Code::IntlRo, 89),
    (Code::Convert, 92),
    (Code::KanaMode, 93),
    (Code::NonConvert, 94),
    (Code::NumpadEnter, 96),
    (Code::ControlRight, 97),
    (Code::NumpadDivide, 98),
    (Code::PrintScreen, 99),
    (Code::AltRight, 100),
    (Code::Home, 102),
    (Code::ArrowUp, 103),
    (Code::PageUp, 104),
    (Code::ArrowLeft, 105),
    (Code::ArrowRight, 106),
    (Code::End, 107),
    (Code::ArrowDown, 108),
    (Code::PageDown, 109),
    (Code::Insert, 110),
    (Code::Delete, 111),
    (Code::AudioVolumeMute, 113),
    (Code::AudioVolumeDown, 114),
    (Code::AudioVolumeUp, 115),
    (Code::Power, 116),
    (Code::NumpadEqual, 117),
    (Code::Pause, 119),
    (Code::NumpadComma, 121),
    (Code::Lang1, 122),
    (Code::Lang2, 123),
    (Code::IntlYen, 124),
    (Code::MetaLeft, 125),
    (Code::MetaRight, 126),
    (Code::ContextMenu, 127),
    (Code::Again, 129),
    (Code::Props, 130),
    (Code::Undo, 131),
    (Code::Copy, 133),
    (Code::Open, 134),
    (Code::Paste, 135),
    (Code::Find, 136),
    (Code::Cut, 137),
    (Code::Help, 138),
    (Code::Sleep, 142),
    (Code::LaunchMail, 155),
    (Code::BrowserFavorites, 156),
    (Code::BrowserBack, 158),
    (Code::BrowserForward, 159),
    (Code::Eject, 161),
    (Code::MediaTrackNext, 163),
    (Code::MediaPlayPause, 164),
    (Code::MediaTrackPrevious, 165),
    (Code::MediaStop, 166),
    (Code::BrowserHome, 172),
    (Code::BrowserRefresh, 173),
    (Code::F13, 183),
    (Code::F14, 184),
    (Code::F15, 185),
    (Code::F16, 186),
    (Code::F17, 187),
    (Code::F18, 188),
    (Code::F19, 189),
    (Code::F20, 190),
    (Code::F21, 191),
    (Code::F22, 192),
    (Code::F23, 193),
    (Code::F24, 194),
    (Code::BrowserSearch, 217),
];

/// Where a key with a name is, for a technician whose keyboard does not say its place, and for the number
/// pad, whose keys mean one thing or the other by a lock that may differ here.
const NAMED: &[(NamedKey, Code)] = &[
    (NamedKey::Enter, Code::Enter),
    (NamedKey::Tab, Code::Tab),
    (NamedKey::Backspace, Code::Backspace),
    (NamedKey::Escape, Code::Escape),
    (NamedKey::Delete, Code::Delete),
    (NamedKey::Insert, Code::Insert),
    (NamedKey::Home, Code::Home),
    (NamedKey::End, Code::End),
    (NamedKey::PageUp, Code::PageUp),
    (NamedKey::PageDown, Code::PageDown),
    (NamedKey::ArrowUp, Code::ArrowUp),
    (NamedKey::ArrowDown, Code::ArrowDown),
    (NamedKey::ArrowLeft, Code::ArrowLeft),
    (NamedKey::ArrowRight, Code::ArrowRight),
    (NamedKey::Shift, Code::ShiftLeft),
    (NamedKey::Control, Code::ControlLeft),
    (NamedKey::Alt, Code::AltLeft),
    (NamedKey::Meta, Code::MetaLeft),
    (NamedKey::ContextMenu, Code::ContextMenu),
    (NamedKey::PrintScreen, Code::PrintScreen),
];

/// The X keycode of a place on the keyboard, or `None` where X knows no such key.
pub(super) fn keycode(code: Code) -> Option<u8> {
    EVDEV.iter().find(|(known, _)| *known == code).map(|(_, evdev)| evdev + OFFSET)
}

/// The place where a key with this name usually is.
pub(super) fn place_of(key: &NamedKey) -> Option<Code> {
    NAMED.iter().find(|(known, _)| known == key).map(|(_, code)| *code)
}

/// Whether the place is on the number pad and means what its lock says.
pub(super) fn follows_num_lock(code: Code) -> bool {
    keycode(code).is_some_and(|keycode| {
        (79..=91).contains(&keycode) && !matches!(code, Code::NumpadSubtract | Code::NumpadAdd)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_place_and_no_code_stands_twice() {
        let places: HashSet<_> = EVDEV.iter().map(|(code, _)| code).collect();
        let codes: HashSet<_> = EVDEV.iter().map(|(_, evdev)| evdev).collect();
        assert_eq!((places.len(), codes.len()), (EVDEV.len(), EVDEV.len()));
        assert!(EVDEV.iter().all(|(_, evdev)| *evdev <= u8::MAX - OFFSET));
    }

    #[test]
    fn known_keys_have_the_keycodes_that_xev_shows() {
        let known = [(Code::KeyA, 38), (Code::ShiftLeft, 50), (Code::AltRight, 108), (Code::ArrowUp, 111)];
        for (code, expected) in known {
            assert_eq!(keycode(code), Some(expected), "{code:?}");
        }
        assert_eq!(keycode(Code::Unidentified), None);
    }

    #[test]
    fn the_number_pad_is_what_follows_its_lock() {
        assert!(follows_num_lock(Code::Numpad7) && follows_num_lock(Code::NumpadDecimal));
        assert!(!follows_num_lock(Code::NumpadAdd) && !follows_num_lock(Code::Home));
    }
}
