//! Keys and text arrive in a real terminal as the technician meant them, whatever the layout.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    process::Command,
    sync::mpsc::{self, Receiver},
    thread,
};

use anyhow::{Context, Result, ensure};
use frame::{Point, Size};
use keyboard_types::{Code, Key, NamedKey};
use platform::{Button, Input};
use x11rb::protocol::xproto::ConnectionExt as _;

use crate::server::{SOON, Server};

const SIZE: Size = Size::new(640, 480);

/// A server with a layout, a terminal on it that copies what it reads, and our input.
struct Terminal {
    input: Box<dyn Input>,
    lines: Receiver<String>,
    server: Server,
    _folder: tempfile::TempDir,
}

impl Terminal {
    fn open(layout: &str) -> Result<Option<Self>> {
        let Some(mut server) = Server::xvfb(SIZE)? else { return Ok(None) };
        if !server.run("setxkbmap", &[layout])? {
            return Ok(None);
        }
        let folder = tempfile::tempdir()?;
        let pipe = folder.path().join("typed");
        ensure!(Command::new("mkfifo").arg(&pipe).status()?.success(), "mkfifo");
        let copy = format!("exec > {}; echo ready; exec cat", pipe.display());
        if !server.spawn("xterm", &["-u8", "-geometry", "100x30+0+0", "-e", "sh", "-c", &copy])? {
            return Ok(None);
        }
        let lines = lines(File::open(&pipe)?);
        let mut input = server.platform()?.input()?;
        // Without a window manager, keys go to the window under the pointer.
        input.pointer(0, Point::new(100, 100))?;
        let terminal = Self { input, lines, server, _folder: folder };
        ensure!(terminal.line()? == "ready", "the terminal did not start");
        terminal.wait_for_window()?;
        Ok(Some(terminal))
    }

    /// The terminal's program may run before its window is there to get keys.
    fn wait_for_window(&self) -> Result<()> {
        let (conn, screen) = self.server.connect()?;
        let mut capture = self.server.platform()?.capture(0)?;
        while conn.query_pointer(screen.root)?.reply()?.child == x11rb::NONE {
            ensure!(capture.next_frame(SOON)?.is_some(), "no window appeared");
        }
        Ok(())
    }

    fn line(&self) -> Result<String> {
        self.lines.recv_timeout(SOON).context("nothing arrived in the terminal")
    }

    fn tap(&mut self, code: Code, key: &Key) -> Result<()> {
        self.input.key(code, Some(key), true)?;
        self.input.key(code, Some(key), false)?;
        Ok(())
    }

    /// Taps keys as a technician with a US keyboard would: places and what they mean there.
    fn tap_all(&mut self, keys: &[(Code, &str)]) -> Result<()> {
        for (code, character) in keys {
            self.tap(*code, &Key::Character((*character).to_owned()))?;
        }
        self.tap(Code::Enter, &Key::Named(NamedKey::Enter))
    }

    fn keys_down(&self) -> Result<u32> {
        let (conn, _) = self.server.connect()?;
        Ok(conn.query_keymap()?.reply()?.keys.iter().map(|keys| keys.count_ones()).sum())
    }
}

/// Reads lines on a thread of its own, so that a wait for one can end.
fn lines(file: File) -> Receiver<String> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(file).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    receive
}

fn named(name: NamedKey) -> Key {
    Key::Named(name)
}

#[test]
fn text_arrives_whatever_the_layout_has() -> Result<()> {
    for layout in ["us", "de", "fr"] {
        let Some(mut terminal) = Terminal::open(layout)? else { return Ok(()) };
        for text in ["Hello, World! 12:34 \\|/ {[~@#]}", "é ß € Ж 日 ñ œ", "ЖЖжж 日日本本 AaÀà"]
        {
            terminal.input.text(&format!("{text}\n"))?;
            assert_eq!(terminal.line()?, text, "layout {layout}");
        }
        assert_eq!(terminal.keys_down()?, 0);
    }
    Ok(())
}

#[test]
fn more_foreign_characters_than_there_are_free_keys_arrive_in_order() -> Result<()> {
    let Some(mut terminal) = Terminal::open("us")? else { return Ok(()) };
    let text: String = ('а'..='я').chain('α'..='ω').chain('一'..='丏').collect();
    terminal.input.text(&format!("{text}\n"))?;
    assert_eq!(terminal.line()?, text);
    Ok(())
}

#[test]
fn keys_give_the_technicians_characters_on_any_layout() -> Result<()> {
    let keys = [
        (Code::KeyZ, "z"),
        (Code::KeyY, "y"),
        (Code::Semicolon, ";"),
        (Code::Minus, "-"),
        (Code::BracketLeft, "["),
        (Code::KeyQ, "q"),
        (Code::Digit2, "2"),
        (Code::Numpad7, "7"),
        (Code::KeyE, "é"),
        (Code::Unidentified, "Ж"),
    ];
    for layout in ["us", "de", "fr"] {
        let Some(mut terminal) = Terminal::open(layout)? else { return Ok(()) };
        terminal.tap_all(&keys)?;
        assert_eq!(terminal.line()?, "zy;-[q27éЖ", "layout {layout}");
    }
    Ok(())
}

#[test]
fn shift_that_is_held_changes_characters_as_on_the_technicians_layout() -> Result<()> {
    for layout in ["us", "de", "fr"] {
        let Some(mut terminal) = Terminal::open(layout)? else { return Ok(()) };
        terminal.input.key(Code::ShiftLeft, Some(&named(NamedKey::Shift)), true)?;
        for (code, key) in [(Code::KeyA, "A"), (Code::Digit2, "@"), (Code::Digit7, "&"), (Code::KeyQ, "Q")] {
            terminal.tap(code, &Key::Character(key.to_owned()))?;
        }
        terminal.input.key(Code::ShiftLeft, Some(&named(NamedKey::Shift)), false)?;
        terminal.tap_all(&[(Code::KeyA, "a")])?;
        assert_eq!(terminal.line()?, "A@&Qa", "layout {layout}");
        assert_eq!(terminal.keys_down()?, 0);
    }
    Ok(())
}

#[test]
fn alt_gr_of_a_german_technician_works_here_with_and_without_a_third_level() -> Result<()> {
    for layout in ["us", "de", "fr"] {
        let Some(mut terminal) = Terminal::open(layout)? else { return Ok(()) };
        terminal.input.key(Code::AltRight, Some(&named(NamedKey::AltGraph)), true)?;
        for (code, key) in [(Code::KeyQ, "@"), (Code::KeyE, "€"), (Code::Digit7, "{")] {
            terminal.tap(code, &Key::Character(key.to_owned()))?;
        }
        terminal.input.key(Code::AltRight, Some(&named(NamedKey::AltGraph)), false)?;
        terminal.tap_all(&[(Code::BracketRight, "+")])?;
        assert_eq!(terminal.line()?, "@€{+", "layout {layout}");
        assert_eq!(terminal.keys_down()?, 0);
    }
    Ok(())
}

#[test]
fn a_dead_key_is_left_to_the_character_that_it_makes() -> Result<()> {
    let Some(mut terminal) = Terminal::open("de")? else { return Ok(()) };
    terminal.tap(Code::Equal, &named(NamedKey::Dead))?;
    terminal.tap_all(&[(Code::KeyE, "é"), (Code::KeyE, "e")])?;
    assert_eq!(terminal.line()?, "ée");
    Ok(())
}

#[test]
fn a_shortcut_goes_by_the_technicians_letter() -> Result<()> {
    // Control and U empties the line; on a French layout U is where it is in the US, A is not.
    for layout in ["us", "fr"] {
        let Some(mut terminal) = Terminal::open(layout)? else { return Ok(()) };
        terminal.input.text("gone")?;
        terminal.input.key(Code::ControlLeft, Some(&named(NamedKey::Control)), true)?;
        terminal.tap(Code::KeyU, &Key::Character("u".into()))?;
        // Control and V takes the next key as it is: Control and A arrives as a byte.
        terminal.tap(Code::KeyV, &Key::Character("v".into()))?;
        terminal.tap(Code::KeyA, &Key::Character("a".into()))?;
        terminal.input.key(Code::ControlLeft, Some(&named(NamedKey::Control)), false)?;
        terminal.input.text("kept\n")?;
        assert_eq!(terminal.line()?, "\u{1}kept", "layout {layout}");
    }
    Ok(())
}

#[test]
fn s171_control_alt_delete_goes_down_as_keys() -> Result<()> {
    let Some(mut terminal) = Terminal::open("us")? else { return Ok(()) };
    let keys = [
        (Code::ControlLeft, NamedKey::Control),
        (Code::AltLeft, NamedKey::Alt),
        (Code::Delete, NamedKey::Delete),
    ];
    for (down, count) in [(true, 3), (false, 0)] {
        for (code, name) in keys {
            terminal.input.key(code, Some(&named(name)), down)?;
        }
        assert_eq!(terminal.keys_down()?, count);
    }
    Ok(())
}

#[test]
fn a_layout_that_changes_while_connected_is_followed() -> Result<()> {
    let Some(mut terminal) = Terminal::open("us")? else { return Ok(()) };
    terminal.input.text("zя")?;
    terminal.server.run("setxkbmap", &["de"])?;
    terminal.tap_all(&[(Code::KeyZ, "z"), (Code::KeyY, "y"), (Code::KeyA, "я"), (Code::KeyU, "ü")])?;
    assert_eq!(terminal.line()?, "zяzyяü");
    Ok(())
}

#[test]
fn a_lent_key_that_a_new_layout_took_is_not_cleared() -> Result<()> {
    let Some(mut terminal) = Terminal::open("us")? else { return Ok(()) };
    terminal.input.text("日")?;
    let (conn, _) = terminal.server.connect()?;
    let symbols = || -> Result<Vec<u32>> { Ok(conn.get_keyboard_mapping(8, 248)?.reply()?.keysyms) };
    terminal.server.run("setxkbmap", &["de"])?;
    // A symbol of somebody else on the key that was lent first: the highest one without a symbol.
    let after = symbols()?;
    let width = after.len() / 248;
    let mut free =
        (8..=255u8).zip(after.chunks(width)).filter(|(_, symbols)| symbols.iter().all(|&symbol| symbol == 0));
    let (highest, _) = free.next_back().context("a free key")?;
    conn.change_keyboard_mapping(1, highest, 1, &[0x61])?.check()?;
    let Terminal { input, server: _server, .. } = terminal;
    drop(input);
    assert_eq!(conn.get_keyboard_mapping(highest, 1)?.reply()?.keysyms.first(), Some(&0x61));
    Ok(())
}

#[test]
fn all_that_is_held_is_released_and_lent_keys_are_given_back() -> Result<()> {
    let Some(mut terminal) = Terminal::open("us")? else { return Ok(()) };
    let (conn, screen) = terminal.server.connect()?;
    let symbols = || -> Result<Vec<u32>> { Ok(conn.get_keyboard_mapping(8, 248)?.reply()?.keysyms) };
    let before = symbols()?;
    terminal.input.text("日Жé")?;
    terminal.input.key(Code::ShiftLeft, Some(&named(NamedKey::Shift)), true)?;
    terminal.input.key(Code::KeyA, None, true)?;
    terminal.input.button(Button::Left, true)?;
    assert_eq!(terminal.keys_down()?, 2);
    terminal.input.release_all()?;
    assert_eq!(terminal.keys_down()?, 0);
    assert_eq!(u16::from(conn.query_pointer(screen.root)?.reply()?.mask) & 0x1f00, 0);

    terminal.input.key(Code::KeyB, None, true)?;
    assert!(symbols()? != before);
    let Terminal { input, server: _server, .. } = terminal;
    drop(input);
    assert!(symbols()? == before);
    let down = conn.query_keymap()?.reply()?.keys;
    assert!(down.iter().all(|&keys| keys == 0));
    Ok(())
}
