//! The displays of an X server: RANDR's monitors, or the root window where there is no RANDR.

use std::time::Duration;

use frame::Rect;
use x11rb::protocol::{
    Event,
    randr::{ConnectionExt as _, MonitorInfo, NotifyMask},
    xproto::{AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, EventMask},
};

use super::connection::{Ended, Server, deadline};
use crate::{Display, Displays, Lost, OpenError, Waker};

/// Dots per inch at a scale of 1.
const DPI_USUAL: f32 = 96.0;

/// Most bytes of the resource database that are searched for the scale, in units of four.
const RESOURCES_WORDS_MAX: u32 = 64 << 10;

pub(super) struct X11Displays {
    server: Server,
    list: Vec<Display>,
}

impl X11Displays {
    pub(super) fn open(server: Server) -> Result<Self, OpenError> {
        watch(&server)?;
        let list = list(&server)?;
        Ok(Self { server, list })
    }
}

impl Displays for X11Displays {
    fn list(&self) -> &[Display] {
        &self.list
    }

    fn wait(&mut self, wait: Duration) -> Result<bool, Lost> {
        let deadline = deadline(wait);
        loop {
            let mut told = false;
            while let Some(event) = self.server.next_event()? {
                told |= is_change(&event);
            }
            if told {
                let list = list(&self.server)?;
                if list != self.list {
                    self.list = list;
                    return Ok(true);
                }
                // The answers above may have brought further events.
                continue;
            }
            if self.server.wait(deadline)? == Ended::Quiet {
                return Ok(false);
            }
        }
    }

    fn waker(&self) -> Waker {
        self.server.waker()
    }
}

/// Asks the server to tell of changes; [`is_change`] knows them.
pub(super) fn watch(server: &Server) -> Result<(), Lost> {
    if server.has("RANDR")? {
        server.conn.randr_query_version(1, 5)?.reply()?;
        let changes = NotifyMask::SCREEN_CHANGE | NotifyMask::CRTC_CHANGE | NotifyMask::OUTPUT_CHANGE;
        server.conn.randr_select_input(server.root, changes)?;
    }
    // A monitor that somebody only defines, on displays that stay, is told of like this.
    let root = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
    server.conn.change_window_attributes(server.root, &root)?;
    Ok(())
}

pub(super) fn is_change(event: &Event) -> bool {
    matches!(event, Event::RandrScreenChangeNotify(_) | Event::RandrNotify(_) | Event::ConfigureNotify(_))
}

/// The displays as they are now.
pub(super) fn list(server: &Server) -> Result<Vec<Display>, Lost> {
    let scale = scale(server)?;
    let mut displays = Vec::new();
    for (id, monitor) in (0..=u8::MAX).zip(monitors(server)?) {
        let name = server.conn.get_atom_name(monitor.name)?.reply()?.name;
        let name = String::from_utf8_lossy(&name).into_owned();
        displays.push(Display { id, name, rect: place(&monitor), primary: monitor.primary, scale });
    }
    if displays.is_empty() {
        let root = server.conn.get_geometry(server.root)?.reply()?;
        let rect = Rect::new(0, 0, root.width.into(), root.height.into());
        displays.push(Display { id: 0, name: "screen".to_owned(), rect, primary: true, scale });
    }
    // A server need not name a primary display, but people expect one.
    if !displays.iter().any(|display| display.primary)
        && let Some(first) = displays.first_mut()
    {
        first.primary = true;
    }
    Ok(displays)
}

fn monitors(server: &Server) -> Result<Vec<MonitorInfo>, Lost> {
    if !server.has("RANDR")? {
        return Ok(Vec::new());
    }
    let mut monitors = server.conn.randr_get_monitors(server.root, true)?.reply()?.monitors;
    monitors.retain(|monitor| 0 < monitor.width && 0 < monitor.height);
    Ok(monitors)
}

/// A monitor's place on the root window, which begins at 0, 0.
fn place(monitor: &MonitorInfo) -> Rect {
    let start = |at: i16| u32::try_from(at).unwrap_or(0);
    Rect::new(start(monitor.x), start(monitor.y), monitor.width.into(), monitor.height.into())
}

/// The scale that the desktop's settings ask programs for: `Xft.dpi` of the resource database.
fn scale(server: &Server) -> Result<f32, Lost> {
    let (name, kind) = (AtomEnum::RESOURCE_MANAGER, AtomEnum::STRING);
    let property = server.conn.get_property(false, server.root, name, kind, 0, RESOURCES_WORDS_MAX)?;
    Ok(scale_of(&String::from_utf8_lossy(&property.reply()?.value)))
}

fn scale_of(resources: &str) -> f32 {
    let dpi = resources.lines().find_map(|line| line.strip_prefix("Xft.dpi:"));
    let dpi = dpi.and_then(|dpi| dpi.trim().parse::<f32>().ok());
    // Anything else is a slip of whoever wrote it.
    dpi.filter(|dpi| (48.0..=960.0).contains(dpi)).map_or(1.0, |dpi| dpi / DPI_USUAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_comes_from_the_resource_database() {
        assert_eq!(scale_of("Xcursor.size:\t24\nXft.dpi:\t192\n"), 2.0);
        for other in ["", "Xft.dpi: many", "Xft.dpi: 0", "*Xft.dpi: 192"] {
            assert_eq!(scale_of(other), 1.0, "{other}");
        }
    }
}
