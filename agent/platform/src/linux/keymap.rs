//! The keyboard as the X server has it now: which character each key gives, and which key gives a character.
//!
//! Plain data, read from the server in one request; it decides nothing and presses nothing.

use x11rb::protocol::{
    xkb::{ConnectionExt as _, GetMapReply, ID, KeySymMap, KeyType, MapPart, VMod},
    xproto::ModMask,
};
use xkeysym::Keysym;

use super::connection::Server;
use crate::Lost;

/// Bits of a modifier state, as in the core protocol.
pub(super) type Mods = u8;

pub(super) const SHIFT: Mods = 1 << 0;
const LOCK: Mods = 1 << 1;
pub(super) const CONTROL: Mods = 1 << 2;

/// The layout in use and the modifiers that are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    pub(super) mods: Mods,
    pub(super) group: u8,
}

/// A key, and the modifiers that must be on while it is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stroke {
    pub(super) keycode: u8,
    pub(super) mods: Mods,
}

#[derive(Debug, Clone)]
pub(super) struct Keymap {
    first: u8,
    keys: Vec<KeySymMap>,
    types: Vec<KeyType>,
    /// Keycodes that are modifiers, and which.
    modifiers: Vec<(u8, Mods)>,
}

impl Keymap {
    /// Asks the server. Its answer follows all changes that were asked for before.
    pub(super) fn read(server: &Server) -> Result<Self, Lost> {
        let parts = MapPart::KEY_TYPES | MapPart::KEY_SYMS | MapPart::MODIFIER_MAP;
        let (device, none) = (ID::USE_CORE_KBD.into(), MapPart::default());
        let asked = server.conn.xkb_get_map(
            device,
            parts,
            none,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            VMod::default(),
            0,
            0,
            0,
            0,
            0,
            0,
        )?;
        Ok(Self::from(asked.reply()?))
    }

    /// The symbol that a key gives, if it gives any.
    pub(super) fn symbol(&self, keycode: u8, state: State) -> Option<Keysym> {
        let (key, kind, group) = self.key(keycode, state.group)?;
        let level = level(kind, state.mods);
        let at = usize::from(group) * usize::from(key.width) + usize::from(level);
        let symbol = key.syms.get(at).copied().filter(|&symbol| symbol != 0)?;
        Some(Keysym::new(symbol))
    }

    /// Whether a key gives a symbol in some way: a capital is on the second level, whoever put it there.
    pub(super) fn has(&self, keycode: u8, symbol: Keysym) -> bool {
        let key = keycode.checked_sub(self.first).and_then(|at| self.keys.get(usize::from(at)));
        key.is_some_and(|key| key.syms.contains(&symbol.raw()))
    }

    /// The character that a key gives.
    pub(super) fn character(&self, keycode: u8, state: State) -> Option<char> {
        let character = self.symbol(keycode, state)?.key_char()?;
        let (_, kind, _) = self.key(keycode, state.group)?;
        // Programs make capitals by themselves where the key does not look at the lock.
        let capitals = state.mods & LOCK != 0 && mods(kind.mods_mask) & LOCK == 0;
        let mut upper = character.to_uppercase();
        match (capitals, upper.next(), upper.next()) {
            (true, Some(upper), None) => Some(upper),
            _ => Some(character),
        }
    }

    /// The way to type a character that changes the fewest modifiers; `preferred` wins among equals.
    ///
    /// Only Shift and the third level are changed, and the number pad is left alone.
    pub(super) fn find(&self, character: char, state: State, preferred: Option<u8>) -> Option<Stroke> {
        let third = self.third_level().map_or(0, |(_, mask)| mask);
        let keycodes = preferred.into_iter().chain(self.keycodes());
        let mut best: Option<(u32, Stroke)> = None;
        for keycode in keycodes {
            for change in [0, SHIFT, third, SHIFT | third] {
                let mods = state.mods ^ change;
                let cost = change.count_ones();
                if best.is_none_or(|(least, _)| cost < least)
                    && self.gives(keycode, State { mods, ..state }, character)
                {
                    best = Some((cost, Stroke { keycode, mods }));
                }
            }
        }
        best.map(|(_, stroke)| stroke)
    }

    /// Keys that have no symbol and are no modifier, from the highest keycode down: real keys rarely are there.
    pub(super) fn unused(&self) -> impl Iterator<Item = u8> {
        let empty = |key: &KeySymMap| key.syms.iter().all(|&symbol| symbol == 0);
        let unused = (self.first..=u8::MAX).zip(&self.keys).filter(move |(_, key)| empty(key));
        let modifier = |keycode| self.modifiers.iter().any(|&(known, _)| known == keycode);
        unused.map(|(keycode, _)| keycode).filter(move |&keycode| !modifier(keycode)).rev()
    }

    /// The keycodes of a modifier; those that cannot be pressed alone are among them.
    pub(super) fn keycodes_of(&self, mask: Mods) -> impl Iterator<Item = u8> {
        self.modifiers.iter().filter(move |(_, mods)| mods & mask != 0).map(|&(keycode, _)| keycode)
    }

    /// The key that reaches the third level (AltGr on most layouts), and its modifier.
    pub(super) fn third_level(&self) -> Option<(u8, Mods)> {
        self.modifier(xkeysym::key::ISO_Level3_Shift)
    }

    /// The modifiers of shortcuts: Control, Alt and Super.
    pub(super) fn shortcut_mods(&self) -> Mods {
        let alt = self.modifier(xkeysym::key::Alt_L).map_or(0, |(_, mask)| mask);
        let meta = self.modifier(xkeysym::key::Super_L).map_or(0, |(_, mask)| mask);
        CONTROL | alt | meta
    }

    fn modifier(&self, symbol: u32) -> Option<(u8, Mods)> {
        let plain = State { mods: 0, group: 0 };
        let gives = |&&(keycode, _): &&(u8, Mods)| self.symbol(keycode, plain) == Some(Keysym::new(symbol));
        self.modifiers.iter().find(gives).copied()
    }

    fn gives(&self, keycode: u8, state: State, character: char) -> bool {
        self.symbol(keycode, state).is_some_and(|symbol| !symbol.is_keypad_key())
            && self.character(keycode, state) == Some(character)
    }

    fn keycodes(&self) -> impl Iterator<Item = u8> + use<> {
        let count = self.keys.len().min(256);
        (self.first..=u8::MAX).take(count)
    }

    /// A key, its type in this group, and the group that it really uses: keys with fewer groups than the
    /// layout fold the others in.
    fn key(&self, keycode: u8, group: u8) -> Option<(&KeySymMap, &KeyType, u8)> {
        let key = self.keys.get(usize::from(keycode.checked_sub(self.first)?))?;
        let groups = key.group_info & 0x0f;
        let folded = match key.group_info >> 6 {
            _ if group < groups => group,
            1 => groups.checked_sub(1)?,
            2 => Some((key.group_info >> 4) & 0x03).filter(|&redirected| redirected < groups).unwrap_or(0),
            _ => group.checked_rem(groups)?,
        };
        let kind = self.types.get(usize::from(*key.kt_index.get(usize::from(folded))?))?;
        Some((key, kind, folded))
    }
}

impl From<GetMapReply> for Keymap {
    fn from(reply: GetMapReply) -> Self {
        let modifiers = reply.map.modmap_rtrn.unwrap_or_default();
        Self {
            first: reply.first_key_sym,
            keys: reply.map.syms_rtrn.unwrap_or_default(),
            types: reply.map.types_rtrn.unwrap_or_default(),
            modifiers: modifiers.iter().map(|entry| (entry.keycode, mods(entry.mods))).collect(),
        }
    }
}

/// The layout and the modifiers that are on now.
pub(super) fn state(server: &Server) -> Result<State, Lost> {
    let reply = server.conn.xkb_get_state(ID::USE_CORE_KBD.into())?.reply()?;
    Ok(State { mods: mods(reply.mods), group: reply.group.into() })
}

fn level(kind: &KeyType, on: Mods) -> u8 {
    let on = on & mods(kind.mods_mask);
    let entry = kind.map.iter().find(|entry| entry.active && mods(entry.mods_mask) == on);
    entry.map_or(0, |entry| entry.level)
}

/// The eight modifiers; the protocol's type has room for buttons too.
fn mods(mask: ModMask) -> Mods {
    (u16::from(mask) & 0xff) as Mods
}
