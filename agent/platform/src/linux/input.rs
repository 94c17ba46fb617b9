//! Injecting input into an X server through XTEST.
//!
//! A key goes by its place where that gives the technician's character here too, and else by the character: on
//! any key of the layout, with Shift or AltGr changed around it, or on a lent key ([`super::scratch`]).

use std::collections::HashMap;

use frame::Point;
use keyboard_types::{Code, Key, NamedKey};
use x11rb::{
    NONE,
    protocol::{
        Event,
        xkb::{ConnectionExt as _, EventType, ID, MapPart, SelectEventsAux},
        xproto::{
            BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, KEY_PRESS_EVENT, KEY_RELEASE_EVENT,
            KeyButMask, MOTION_NOTIFY_EVENT,
        },
        xtest::ConnectionExt as _,
    },
    wrapper::ConnectionExt as _,
};

use super::{
    connection::Server,
    display,
    keycodes::{follows_num_lock, keycode, place_of},
    keymap::{self, Keymap, Mods, SHIFT, State, Stroke},
    scratch::Scratch,
};
use crate::{Button, Display, Input, InputError, Lost, OpenError, WHEEL_NOTCH};

/// Notches that one call turns at most each way: more would go on long after the technician stopped.
const NOTCHES_MAX: i32 = 32;

/// X's buttons for one notch back and one forward, in each direction.
const WHEEL_X: (u8, u8) = (6, 7);
const WHEEL_Y: (u8, u8) = (4, 5);

pub(super) struct X11Input {
    server: Server,
    displays: Vec<Display>,
    displays_changed: bool,
    keymap: Keymap,
    keymap_changed: bool,
    scratch: Scratch,
    /// What each place that is down pressed here; `None` where nothing is held for it.
    held: HashMap<Code, Option<u8>>,
    buttons: Vec<Button>,
    /// Parts of a notch that were not turned yet.
    wheel: (i32, i32),
}

/// What the press of a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Press {
    /// Holds a key down until the release.
    Hold(u8),
    /// Presses and releases at once.
    Tap(Stroke, State),
    Nothing,
}

impl X11Input {
    pub(super) fn open(server: Server) -> Result<Self, OpenError> {
        server.require("XTEST")?;
        server.require("XKEYBOARD")?;
        watch(&server)?;
        let displays = display::list(&server)?;
        let keymap = Keymap::read(&server)?;
        let input = Self {
            server,
            displays,
            displays_changed: false,
            keymap,
            keymap_changed: false,
            scratch: Scratch::default(),
            held: HashMap::new(),
            buttons: Vec::new(),
            wheel: (0, 0),
        };
        input.release_left_behind()?;
        Ok(input)
    }

    /// Releases what an agent that crashed held down: the server keeps it pressed after its client is gone.
    ///
    /// What a person at the computer holds stays held. Fake events come from a keyboard and a mouse of their own,
    /// and the server takes no release from a device whose key is not down.
    fn release_left_behind(&self) -> Result<(), Lost> {
        let down = self.server.conn.query_keymap()?.reply()?.keys;
        for keycode in (8..=u8::MAX).filter(|keycode| is_down(&down, *keycode)) {
            self.fake(KEY_RELEASE_EVENT, keycode)?;
        }
        let mask = u16::from(self.server.conn.query_pointer(self.server.root)?.reply()?.mask);
        for button in (1..=5).filter(|button| mask & u16::from(KeyButMask::BUTTON1) << (button - 1) != 0) {
            self.fake(BUTTON_RELEASE_EVENT, button)?;
        }
        Ok(())
    }

    /// Takes in what changed on the server since the last call.
    fn catch_up(&mut self) -> Result<(), Lost> {
        while let Some(event) = self.server.next_event()? {
            self.displays_changed |= display::is_change(&event);
            self.keymap_changed |= matches!(
                event,
                Event::XkbMapNotify(_) | Event::XkbNewKeyboardNotify(_) | Event::MappingNotify(_)
            );
        }
        if std::mem::take(&mut self.displays_changed) {
            self.displays = display::list(&self.server)?;
        }
        if std::mem::take(&mut self.keymap_changed) {
            self.keymap = Keymap::read(&self.server)?;
            self.scratch.forget_lost(&self.keymap);
        }
        Ok(())
    }

    fn fake(&self, kind: u8, detail: u8) -> Result<(), Lost> {
        self.server.conn.xtest_fake_input(kind, detail, 0, NONE, 0, 0, 0)?;
        Ok(())
    }

    /// Waits until the server has taken all input, so that others see it from here on.
    fn sync(&self) -> Result<(), InputError> {
        Ok(self.server.conn.sync().map_err(Lost::from)?)
    }

    fn press(&mut self, code: Code, press: Press) -> Result<(), InputError> {
        match press {
            Press::Hold(keycode) if code == Code::Unidentified => {
                // Its release could not be told from another's.
                self.fake(KEY_PRESS_EVENT, keycode)?;
                self.fake(KEY_RELEASE_EVENT, keycode)?;
            }
            Press::Hold(keycode) => {
                self.fake(KEY_PRESS_EVENT, keycode)?;
                self.held.insert(code, Some(keycode));
            }
            Press::Tap(stroke, state) => {
                self.tap(stroke, state)?;
                self.held.insert(code, None);
            }
            Press::Nothing => {
                self.held.insert(code, None);
            }
        }
        self.sync()
    }

    fn release(&mut self, code: Code) -> Result<(), InputError> {
        if let Some(Some(keycode)) = self.held.remove(&code)
            && !self.held.values().any(|&other| other == Some(keycode))
        {
            self.fake(KEY_RELEASE_EVENT, keycode)?;
        }
        self.sync()
    }

    fn decide(&mut self, code: Code, key: Option<&Key>) -> Result<Press, InputError> {
        match key {
            Some(Key::Named(name)) => Ok(self.decide_named(code, *name)),
            Some(Key::Character(text)) => self.decide_text(code, text),
            None => Ok(keycode(code).map_or(Press::Nothing, Press::Hold)),
        }
    }

    fn decide_named(&self, code: Code, name: NamedKey) -> Press {
        let third = self.keymap.third_level().map(|(keycode, _)| keycode);
        let named = || place_of(&name).and_then(keycode);
        let here = keycode(code);
        let chosen = match name {
            // Their result comes as a character of its own.
            NamedKey::Dead | NamedKey::Process => None,
            // A layout without a third level needs no AltGr: its characters are typed in other ways.
            NamedKey::AltGraph => third,
            NamedKey::Alt if here.is_some() && here == third => keycode(Code::AltLeft),
            _ if follows_num_lock(code) => named().or(here),
            _ => here.or_else(named),
        };
        chosen.map_or(Press::Nothing, Press::Hold)
    }

    fn decide_text(&mut self, code: Code, text: &str) -> Result<Press, InputError> {
        let mut characters = text.chars();
        let (Some(character), None) = (characters.next(), characters.next()) else {
            self.text(text)?;
            return Ok(Press::Nothing);
        };
        let (state, here) = (keymap::state(&self.server)?, keycode(code));
        if let Some(here) = here
            && self.keymap.character(here, state) == Some(character)
        {
            return Ok(Press::Hold(here));
        }
        let found = self.keymap.find(character, state, here);
        if found.is_none()
            && state.mods & self.keymap.shortcut_mods() != 0
            && let Some(here) = here
        {
            return Ok(Press::Hold(here));
        }
        let stroke = match found {
            Some(stroke) => stroke,
            None => self.lend(character, state)?,
        };
        let lent = self.scratch.uses(stroke.keycode);
        // A key whose modifiers are put back at once would repeat as another character.
        Ok(if stroke.mods == state.mods && !lent {
            Press::Hold(stroke.keycode)
        } else {
            Press::Tap(stroke, state)
        })
    }

    /// Finds a way to type a character that the layout does not have.
    fn lend(&mut self, character: char, state: State) -> Result<Stroke, InputError> {
        if self.scratch.lend(&self.server, &self.keymap, character)? {
            self.keymap = Keymap::read(&self.server)?;
        }
        self.keymap.find(character, state, None).ok_or(InputError::Untypable(character))
    }

    /// Presses and releases a key, with Shift and the third level as it needs them, and back.
    fn tap(&self, stroke: Stroke, state: State) -> Result<(), Lost> {
        let changes = stroke.mods ^ state.mods;
        let lifted = if changes & state.mods == 0 { Vec::new() } else { self.down(changes & state.mods)? };
        let third = self.keymap.third_level();
        let shift = keycode(Code::ShiftLeft).filter(|_| changes & !state.mods & SHIFT != 0);
        let third = third.filter(|(_, mask)| changes & !state.mods & mask != 0).map(|(keycode, _)| keycode);
        for &up in &lifted {
            self.fake(KEY_RELEASE_EVENT, up)?;
        }
        for down in shift.into_iter().chain(third) {
            self.fake(KEY_PRESS_EVENT, down)?;
        }
        self.fake(KEY_PRESS_EVENT, stroke.keycode)?;
        self.fake(KEY_RELEASE_EVENT, stroke.keycode)?;
        for up in third.into_iter().chain(shift) {
            self.fake(KEY_RELEASE_EVENT, up)?;
        }
        for &down in lifted.iter().rev() {
            self.fake(KEY_PRESS_EVENT, down)?;
        }
        Ok(())
    }

    /// The keys of these modifiers that are down, whoever pressed them.
    fn down(&self, mods: Mods) -> Result<Vec<u8>, Lost> {
        let down = self.server.conn.query_keymap()?.reply()?.keys;
        Ok(self.keymap.keycodes_of(mods).filter(|keycode| is_down(&down, *keycode)).collect())
    }

    fn type_character(&mut self, character: char, state: State) -> Result<(), InputError> {
        let place = match character {
            '\n' => Some(Code::Enter),
            '\t' => Some(Code::Tab),
            _ => None,
        };
        let stroke = match place.and_then(keycode) {
            Some(keycode) => Stroke { keycode, mods: state.mods },
            None => match self.keymap.find(character, state, None) {
                Some(stroke) => stroke,
                None => self.lend(character, state)?,
            },
        };
        self.scratch.uses(stroke.keycode);
        Ok(self.tap(stroke, state)?)
    }

    fn turn(&self, parts: &mut i32, by: i32, (back, forward): (u8, u8)) -> Result<(), Lost> {
        let turned = parts.saturating_add(by);
        let notches = turned / WHEEL_NOTCH;
        *parts = turned % WHEEL_NOTCH;
        let button = if notches < 0 { back } else { forward };
        for _ in 0..notches.unsigned_abs().min(NOTCHES_MAX.unsigned_abs()) {
            self.fake(BUTTON_PRESS_EVENT, button)?;
            self.fake(BUTTON_RELEASE_EVENT, button)?;
        }
        Ok(())
    }
}

impl Input for X11Input {
    fn pointer(&mut self, display: u8, at: Point) -> Result<(), InputError> {
        self.catch_up()?;
        let known = self.displays.iter().find(|known| known.id == display);
        let place = known.ok_or(InputError::NoSuchDisplay(display))?.rect;
        // Places on the root window fit: the protocol counts in 16 bits.
        let x = (place.x + at.x.min(place.width.saturating_sub(1))) as i16;
        let y = (place.y + at.y.min(place.height.saturating_sub(1))) as i16;
        let absolute = 0;
        let moved =
            self.server.conn.xtest_fake_input(MOTION_NOTIFY_EVENT, absolute, 0, self.server.root, x, y, 0);
        moved.map_err(Lost::from)?;
        self.sync()
    }

    fn button(&mut self, button: Button, down: bool) -> Result<(), InputError> {
        let was_down = self.buttons.contains(&button);
        if was_down == down {
            return Ok(());
        }
        self.buttons.retain(|&held| held != button);
        if down {
            self.buttons.push(button);
        }
        self.fake(if down { BUTTON_PRESS_EVENT } else { BUTTON_RELEASE_EVENT }, number(button))?;
        self.sync()
    }

    fn wheel(&mut self, dx: i32, dy: i32) -> Result<(), InputError> {
        let (mut x, mut y) = self.wheel;
        self.turn(&mut x, dx, WHEEL_X)?;
        self.turn(&mut y, dy, WHEEL_Y)?;
        self.wheel = (x, y);
        self.sync()
    }

    fn key(&mut self, code: Code, key: Option<&Key>, down: bool) -> Result<(), InputError> {
        if !down {
            return self.release(code);
        }
        if matches!(self.held.get(&code), Some(Some(_))) {
            return Ok(());
        }
        self.catch_up()?;
        let press = self.decide(code, key)?;
        self.press(code, press)
    }

    fn text(&mut self, text: &str) -> Result<(), InputError> {
        self.catch_up()?;
        let state = keymap::state(&self.server)?;
        for character in text.chars().filter(|&character| character != '\r') {
            self.type_character(character, state)?;
        }
        self.sync()
    }

    fn release_all(&mut self) -> Result<(), InputError> {
        for (_, keycode) in std::mem::take(&mut self.held) {
            if let Some(keycode) = keycode {
                self.fake(KEY_RELEASE_EVENT, keycode)?;
            }
        }
        for button in std::mem::take(&mut self.buttons) {
            self.fake(BUTTON_RELEASE_EVENT, number(button))?;
        }
        self.wheel = (0, 0);
        self.sync()
    }
}

impl Drop for X11Input {
    fn drop(&mut self) {
        let restored = self.release_all().and_then(|()| Ok(self.scratch.restore(&self.server)?));
        if let Err(error) = restored {
            tracing::debug!(%error, "the keyboard could not be put back");
        }
    }
}

fn is_down(keys: &[u8; 32], keycode: u8) -> bool {
    keys.get(usize::from(keycode / 8)).is_some_and(|keys| keys & (1 << (keycode % 8)) != 0)
}

fn number(button: Button) -> u8 {
    match button {
        Button::Left => 1,
        Button::Middle => 2,
        Button::Right => 3,
        Button::Back => 8,
        Button::Forward => 9,
    }
}

/// Asks to be told when displays or the keyboard's map change.
fn watch(server: &Server) -> Result<(), Lost> {
    server.conn.xkb_use_extension(1, 0)?.reply()?;
    let map = MapPart::KEY_TYPES | MapPart::KEY_SYMS | MapPart::MODIFIER_MAP;
    let (none, all) = (EventType::default(), EventType::NEW_KEYBOARD_NOTIFY | EventType::MAP_NOTIFY);
    let details = SelectEventsAux::default();
    server.conn.xkb_select_events(ID::USE_CORE_KBD.into(), none, all, map, map, &details)?;
    display::watch(server)
}
