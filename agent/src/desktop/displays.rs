//! The thread that watches which displays there are.

use std::thread;
use std::time::Duration;

use platform::{Display, Displays, Platform};
use tokio::sync::watch;
use wire::control;

/// Longest wait between two looks at whether anybody still listens.
const WAIT: Duration = Duration::from_secs(5);

/// Starts the thread; it ends when the last receiver is gone. The channel closes when the desktop is lost.
///
/// # Errors
/// When the platform cannot list its displays, or no thread can be made.
pub fn start(platform: &Platform) -> anyhow::Result<watch::Receiver<Vec<control::Display>>> {
    let displays = platform.displays()?;
    let (publish, list) = watch::channel(to_wire(displays.list()));
    thread::Builder::new().name("displays".into()).spawn(move || watch_displays(displays, &publish))?;
    Ok(list)
}

fn watch_displays(mut displays: Box<dyn Displays>, publish: &watch::Sender<Vec<control::Display>>) {
    while !publish.is_closed() {
        match displays.wait(WAIT) {
            Ok(true) => {
                publish.send_replace(to_wire(displays.list()));
            }
            Ok(false) => {}
            Err(lost) => {
                tracing::warn!(%lost, "displays are not watched any more");
                return;
            }
        }
    }
}

fn to_wire(displays: &[Display]) -> Vec<control::Display> {
    displays
        .iter()
        .map(|display| control::Display {
            id: u32::from(display.id),
            name: display.name.clone(),
            x: i32::try_from(display.rect.x).unwrap_or(i32::MAX),
            y: i32::try_from(display.rect.y).unwrap_or(i32::MAX),
            width: display.rect.width,
            height: display.rect.height,
            primary: display.primary,
            scale_percent: (display.scale * 100.0).round() as u32,
        })
        .collect()
}
