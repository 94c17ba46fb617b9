//! A bad line in front of a whole site, so that a browser takes it for the site itself.
//!
//! A page's links go to the host that the page came from. So the site gets a second loopback address, on which
//! UDP passes a [`Shaper`] and TCP, which carries the page and nothing that is measured, is passed on.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use e2e::shaper::{Line, Shaper};
use e2e::site::Site;

/// The second address.
const HOST: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// 40 ms round trip, 1 % loss, 5 Mb/s.
pub const POOR: Line =
    Line { delay: Duration::from_millis(20), loss: 0.01, rate_bits: 5_000_000, seed: 20 };

/// A site behind a line.
pub struct Behind {
    /// Where the page is.
    pub url: String,
    _shaper: Shaper,
}

impl Behind {
    /// Puts the line in front of the site.
    ///
    /// # Errors
    /// When the second address cannot be used.
    pub fn start(site: &Site, line: Line) -> io::Result<Self> {
        let ready = site.ready();
        let shaper = Shaper::start_at(SocketAddr::new(HOST, ready.udp.port()), ready.udp, line)?;
        let listener = TcpListener::bind((HOST, ready.https.port()))?;
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                pass_on(client, ready.https);
            }
        });
        Ok(Self { url: format!("https://{HOST}:{}/console/", ready.https.port()), _shaper: shaper })
    }
}

/// Copies both ways until either side ends.
fn pass_on(client: TcpStream, to: SocketAddr) {
    let Ok(server) = TcpStream::connect(to) else { return };
    let (Ok(client_too), Ok(server_too)) = (client.try_clone(), server.try_clone()) else { return };
    for (mut from, mut to) in [(client, server), (server_too, client_too)] {
        thread::spawn(move || {
            // An end in the middle is as good as any: the browser asks again.
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Write);
        });
    }
}
