//! Keys lent to characters that the layout does not have.
//!
//! A keycode without a symbol gets one, and is put back when this ends. A program that gets a key reads the
//! keyboard's map only then, so a keycode must keep its character for a while after its last use; the one used
//! longest ago is lent again first.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use x11rb::{connection::Connection, protocol::xproto::ConnectionExt as _, wrapper::ConnectionExt as _};
use xkeysym::Keysym;

use super::{connection::Server, keymap::Keymap};
use crate::Lost;

/// Keycodes that are lent at a time. Each change makes every program read the map again, so many are cheaper
/// than few; usual layouts leave about twenty free.
const LENT_MAX: usize = 32;

/// How long a keycode keeps its character after it was used. On a busy machine, terminals were seen to take more
/// than 100 ms until they looked a key up.
const SETTLE: Duration = Duration::from_millis(300);

/// Keycodes that we gave a character, the one used longest ago first.
#[derive(Default)]
pub(super) struct Scratch {
    lent: VecDeque<Lent>,
}

struct Lent {
    keycode: u8,
    symbol: Keysym,
    used: Instant,
}

impl Scratch {
    /// Forgets keycodes that somebody else gave another symbol meanwhile: they are ours no more.
    pub(super) fn forget_lost(&mut self, keymap: &Keymap) {
        self.lent.retain(|lent| keymap.has(lent.keycode, lent.symbol));
    }

    /// Whether a keycode is lent; marks it as used now.
    pub(super) fn uses(&mut self, keycode: u8) -> bool {
        let at = self.lent.iter().position(|lent| lent.keycode == keycode);
        let Some(lent) = at.and_then(|at| self.lent.remove(at)) else { return false };
        self.lent.push_back(Lent { used: Instant::now(), ..lent });
        true
    }

    /// Gives a keycode to a character. `false` where there is no symbol for it, or no keycode to lend.
    ///
    /// Blocks for at most [`SETTLE`], if all keycodes were used just now. The change is only asked for: reading
    /// the map again proves that it was made, and that all programs are told before any key that follows.
    pub(super) fn lend(&mut self, server: &Server, keymap: &Keymap, character: char) -> Result<bool, Lost> {
        let symbol = Keysym::from_char(character);
        if symbol.raw() == 0 {
            return Ok(false);
        }
        let Some(keycode) = self.choose(server, keymap)? else { return Ok(false) };
        server.conn.change_keyboard_mapping(1, keycode, 1, &[symbol.raw()])?;
        self.lent.push_back(Lent { keycode, symbol, used: Instant::now() });
        Ok(true)
    }

    /// Takes all keycodes back, and waits until they are.
    pub(super) fn restore(&mut self, server: &Server) -> Result<(), Lost> {
        if self.lent.is_empty() {
            return Ok(());
        }
        self.forget_lost(&Keymap::read(server)?);
        for lent in self.lent.drain(..) {
            server.conn.change_keyboard_mapping(1, lent.keycode, 1, &[0])?;
        }
        server.conn.sync()?;
        Ok(())
    }

    /// A keycode that is free, or else the one that was used longest ago.
    fn choose(&mut self, server: &Server, keymap: &Keymap) -> Result<Option<u8>, Lost> {
        if self.lent.len() < LENT_MAX
            && let Some(free) =
                keymap.unused().find(|&unused| self.lent.iter().all(|lent| lent.keycode != unused))
        {
            return Ok(Some(free));
        }
        let Some(oldest) = self.lent.pop_front() else { return Ok(None) };
        let settled = oldest.used + SETTLE;
        if Instant::now() < settled {
            server.conn.flush()?;
            server.pause(settled)?;
        }
        Ok(Some(oldest.keycode))
    }
}
