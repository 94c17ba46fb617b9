//! Hiding a wallpaper and putting it back, on a real X server, seen through its own pixels.

use anyhow::{Context, Result};
use frame::{Picture, Rect, Size};
use x11rb::{
    connection::Connection,
    protocol::xproto::{
        AtomEnum, ChangeGCAux, ChangeWindowAttributesAux, CloseDown, ConnectionExt as _, CreateGCAux,
        PropMode, Rectangle, Screen,
    },
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};

use crate::server::{Server, image};

const SIZE: Size = Size::new(320, 200);

/// Puts stripes behind the root window as wallpaper setters do: the pixmap outlives its program.
fn set_wallpaper(server: &Server, property: &[u8]) -> Result<()> {
    let (conn, screen) = server.connect()?;
    conn.set_close_down_mode(CloseDown::RETAIN_PERMANENT)?;
    let (pixmap, context) = (conn.generate_id()?, conn.generate_id()?);
    let (width, height) = (SIZE.width as u16, SIZE.height as u16);
    conn.create_pixmap(screen.root_depth, pixmap, screen.root, width, height)?;
    conn.create_gc(context, pixmap, &CreateGCAux::new().foreground(0x0030_6090))?;
    conn.poly_fill_rectangle(pixmap, context, &[Rectangle { x: 0, y: 0, width, height }])?;
    conn.change_gc(context, &ChangeGCAux::new().foreground(0x00f0_d080))?;
    for x in (0..SIZE.width as i16).step_by(16) {
        conn.poly_fill_rectangle(pixmap, context, &[Rectangle { x, y: 0, width: 5, height }])?;
    }
    let atom = conn.intern_atom(false, property)?.reply()?.atom;
    conn.change_property32(PropMode::REPLACE, screen.root, atom, AtomEnum::PIXMAP, &[pixmap])?;
    conn.change_window_attributes(screen.root, &ChangeWindowAttributesAux::new().background_pixmap(pixmap))?;
    conn.clear_area(false, screen.root, 0, 0, 0, 0)?;
    conn.sync()?;
    Ok(())
}

fn root(conn: &RustConnection, screen: &Screen) -> Result<Picture> {
    image(conn, screen, Rect::of(SIZE))
}

fn is_one_color(picture: &Picture) -> bool {
    picture.pixels().chunks_exact(4).all(|pixel| pixel == &picture.pixels()[..4])
}

#[test]
fn s183_a_hidden_wallpaper_is_one_colour_and_comes_back_to_the_pixel() -> Result<()> {
    for property in [b"_XROOTPMAP_ID".as_slice(), b"ESETROOT_PMAP_ID"] {
        let Some(server) = Server::xvfb(SIZE)? else { return Ok(()) };
        set_wallpaper(&server, property)?;
        let (conn, screen) = server.connect()?;
        let before = root(&conn, &screen)?;
        assert!(!is_one_color(&before));
        let mut wallpaper = server.platform()?.wallpaper()?;
        let original = wallpaper.original()?.context("a wallpaper is set")?;
        wallpaper.hide()?;
        assert!(is_one_color(&root(&conn, &screen)?));
        wallpaper.show(&original)?;
        assert!(root(&conn, &screen)? == before, "the wallpaper is another one");
    }
    Ok(())
}

#[test]
fn s183_another_process_shows_what_a_killed_one_hid() -> Result<()> {
    let Some(server) = Server::xvfb(SIZE)? else { return Ok(()) };
    set_wallpaper(&server, b"_XROOTPMAP_ID")?;
    let (conn, screen) = server.connect()?;
    let before = root(&conn, &screen)?;
    let original = {
        let mut wallpaper = server.platform()?.wallpaper()?;
        let original = wallpaper.original()?.context("a wallpaper is set")?;
        wallpaper.hide()?;
        original
    };
    assert!(is_one_color(&root(&conn, &screen)?), "it stays hidden when its connection is gone");
    server.platform()?.wallpaper()?.show(&original)?;
    assert!(root(&conn, &screen)? == before, "the wallpaper is another one");
    Ok(())
}

#[test]
fn without_a_wallpaper_nothing_is_hidden_and_old_notes_change_nothing() -> Result<()> {
    let Some(server) = Server::xvfb(SIZE)? else { return Ok(()) };
    let (conn, screen) = server.connect()?;
    let before = root(&conn, &screen)?;
    let mut wallpaper = server.platform()?.wallpaper()?;
    assert_eq!(wallpaper.original()?, None);
    wallpaper.hide()?;
    for note in ["root 4294967295\n", "setting picture-options zoom\n", "\0"] {
        wallpaper.show(note)?;
    }
    assert!(root(&conn, &screen)? == before);
    Ok(())
}
