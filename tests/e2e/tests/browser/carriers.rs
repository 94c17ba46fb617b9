//! Where UDP does not pass, WebSocket does, without being asked.

use std::time::Duration;

use e2e::browser::{Detour, Window};
use e2e::shaper::{Line, Shaper};

use crate::stage::Stage;

#[test]
fn where_udp_is_blocked_websocket_carries_picture_and_hands() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let typed = stage.terminal()?;
    let udp = stage.site.ready().udp;
    let line = Shaper::start(udp, Line::new(Duration::ZERO, 0.0, 0, 1))?;
    line.cut(true);
    let detour = Some(Detour { from: udp, to: line.address() });
    let mut page = stage.page_in(Window { detour, ..Window::default() }, "")?;
    assert!(line.counts().dropped > 0, "WebTransport was tried first");
    assert_eq!(page.carrier()?, "WebSocket");
    page.assert_exact(&stage.desktop)?;
    page.type_line("over tcp", &typed)?;
    page.assert_exact(&stage.desktop)
}

#[test]
fn a_carrier_can_be_asked_for_in_the_address() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let mut page = stage.page_in(Window::default(), "&carrier=websocket")?;
    assert_eq!(page.carrier()?, "WebSocket");
    page.assert_exact(&stage.desktop)
}
