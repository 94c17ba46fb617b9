//! The wallpaper of an X11 desktop: the pixmap behind the root window, and what a desktop draws by itself.
//!
//! Programs that set a wallpaper leave its pixmap on the server and its id in a property of the root window. The
//! pixmap is never touched: the root is painted in one colour, and the pixmap put behind it again. Without such a
//! property the root has a colour or the server's own pattern, which nothing can tell and nobody needs to hide.

use x11rb::{
    protocol::xproto::{Atom, AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, Pixmap},
    wrapper::ConnectionExt as _,
};

use super::{backdrop::Backdrop, connection::Server};
use crate::{Lost, OpenError, Wallpaper};

/// Who sets a wallpaper names its pixmap by one of these; the first is read by programs that look through.
const PROPERTIES: [&[u8]; 2] = [b"_XROOTPMAP_ID", b"ESETROOT_PMAP_ID"];

/// What stands instead, as the pixel of a 24-bit visual: a quiet grey that black and white makes white.
const INSTEAD: u32 = 0x00c0_c0c0;

/// How the pixmap's line begins.
const ROOT: &str = "root ";

pub(super) struct X11Wallpaper {
    server: Server,
    properties: [Atom; 2],
    backdrop: Option<Backdrop>,
}

impl X11Wallpaper {
    pub(super) fn open(server: Server, display: &str) -> Result<Self, OpenError> {
        let mut properties = [Atom::from(AtomEnum::NONE); 2];
        for (atom, name) in properties.iter_mut().zip(PROPERTIES) {
            *atom = intern(&server, name)?;
        }
        Ok(Self { server, properties, backdrop: Backdrop::find(display) })
    }

    /// The pixmap that the properties name, if it is there.
    fn pixmap(&self) -> Result<Option<Pixmap>, Lost> {
        for property in self.properties {
            let asked =
                self.server.conn.get_property(false, self.server.root, property, AtomEnum::PIXMAP, 0, 1)?;
            let pixmap = asked.reply()?.value32().and_then(|mut ids| ids.next());
            if let Some(pixmap) = pixmap.filter(|&pixmap| pixmap != 0)
                && self.server.conn.get_geometry(pixmap)?.reply().is_ok()
            {
                return Ok(Some(pixmap));
            }
        }
        Ok(None)
    }

    fn paint(&self, background: &ChangeWindowAttributesAux) -> Result<(), Lost> {
        let (conn, root) = (&self.server.conn, self.server.root);
        conn.change_window_attributes(root, background)?.check()?;
        conn.clear_area(false, root, 0, 0, 0, 0)?;
        conn.sync()?;
        Ok(())
    }
}

impl Wallpaper for X11Wallpaper {
    fn original(&mut self) -> Result<Option<String>, Lost> {
        let root = self.pixmap()?.map(|pixmap| format!("{ROOT}{pixmap}\n"));
        let own = self.backdrop.as_ref().and_then(Backdrop::original);
        Ok(match (root, own) {
            (None, None) => None,
            (root, own) => Some(root.unwrap_or_default() + &own.unwrap_or_default()),
        })
    }

    fn hide(&mut self) -> Result<(), Lost> {
        if self.pixmap()?.is_some() {
            self.paint(&ChangeWindowAttributesAux::new().background_pixel(INSTEAD))?;
        }
        if let Some(backdrop) = &self.backdrop {
            backdrop.hide();
        }
        Ok(())
    }

    fn show(&mut self, original: &str) -> Result<(), Lost> {
        let was_painted = original.lines().any(|line| line.starts_with(ROOT));
        // The id of now, not of then: another wallpaper may have been set, or the server be another one.
        if let Some(pixmap) = self.pixmap()?.filter(|_| was_painted) {
            self.paint(&ChangeWindowAttributesAux::new().background_pixmap(pixmap))?;
        }
        if let Some(backdrop) = &self.backdrop {
            backdrop.show(original);
        }
        Ok(())
    }
}

fn intern(server: &Server, name: &[u8]) -> Result<Atom, Lost> {
    Ok(server.conn.intern_atom(false, name)?.reply()?.atom)
}
