//! `relay top`: what a relay that serves does at the moment, in a terminal.
//!
//! It reads the same figures as Prometheus does, over the relay's own port, and shows what changed since the last look.
//! Nothing here touches the database.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use transport::settings::ALPN_NATIVE;
use transport::tls::Trust;

/// How long the relay may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// Bytes of all figures.
const FIGURES_BYTES_MAX: u64 = 4 << 20;

/// Clears the terminal and goes to its first line.
const CLEAR: &str = "\x1b[2J\x1b[H";

const REQUEST: &[u8] = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Figures by name and labels.
type Figures = BTreeMap<String, f64>;

/// Shows the figures every `pause`, until it is interrupted; once, and of one second, when `once`.
pub(super) async fn run(listening: SocketAddr, pin: [u8; 32], pause: Duration, once: bool) -> Result<()> {
    let mut before = (Instant::now(), read(listening, pin).await?);
    loop {
        tokio::time::sleep(pause).await;
        let after = (Instant::now(), read(listening, pin).await?);
        let screen = screen(&before.1, &after.1, (after.0 - before.0).as_secs_f64());
        print!("{}{screen}", if once { "" } else { CLEAR });
        std::io::stdout().flush()?;
        if once {
            return Ok(());
        }
        before = after;
    }
}

/// Asks the relay that listens there. It shows the site's own key to whoever comes as an agent does, so that this works
/// with any certificate for browsers.
async fn read(listening: SocketAddr, pin: [u8; 32]) -> Result<Figures> {
    let mut tls = transport::tls::client(&Trust::Pin(pin))?;
    tls.alpn_protocols = vec![ALPN_NATIVE.to_vec()];
    let address = reachable(listening);
    let answer = timeout(ANSWER_MAX, async {
        let tcp = TcpStream::connect(address).await.with_context(|| format!("no relay at {address}"))?;
        let name = ServerName::try_from("localhost")?;
        let mut stream = TlsConnector::from(Arc::new(tls)).connect(name, tcp).await?;
        stream.write_all(REQUEST).await?;
        let mut answer = String::new();
        stream.take(FIGURES_BYTES_MAX).read_to_string(&mut answer).await?;
        anyhow::Ok(answer)
    });
    let answer = answer.await.context("the relay does not answer")??;
    ensure!(answer.starts_with("HTTP/1.1 200"), "the relay says {}", answer.lines().next().unwrap_or(""));
    Ok(parse(&answer))
}

/// Where a program on this machine reaches a relay that listens on every address.
fn reachable(listening: SocketAddr) -> SocketAddr {
    let address = match listening.ip() {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    SocketAddr::new(address, listening.port())
}

fn parse(answer: &str) -> Figures {
    let lines = answer.lines().filter(|line| line.starts_with("nearhand_") || line.starts_with("process_"));
    let pairs = lines.filter_map(|line| line.rsplit_once(' '));
    pairs.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect()
}

/// Two looks at the same relay, so many seconds apart.
struct Looks<'a> {
    before: &'a Figures,
    after: &'a Figures,
    seconds: f64,
}

impl Looks<'_> {
    /// A figure of now; 0 where there is none.
    fn now(&self, name: &str) -> f64 {
        self.after.get(name).copied().unwrap_or(0.0)
    }

    /// How much a counter grew in a second.
    fn rate(&self, name: &str) -> f64 {
        (self.now(name) - self.before.get(name).copied().unwrap_or(0.0)).max(0.0) / self.seconds
    }

    /// All series of a figure with what their one label, or their labels, say.
    fn series(&self, name: &str) -> Vec<(String, String)> {
        let start = format!("{name}{{");
        let of_name = self.after.keys().filter(|key| key.starts_with(&start));
        of_name.map(|key| (key.clone(), words(&key[start.len()..]))).collect()
    }
}

/// The values in `a="x",b="y"}`.
fn words(labels: &str) -> String {
    let values: Vec<&str> = labels.split('"').skip(1).step_by(2).collect();
    values.join(" ")
}

fn screen(before: &Figures, after: &Figures, seconds: f64) -> String {
    let looks = Looks { before, after, seconds };
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:<34} {value}");
    };
    line("sessions · viewers", {
        format!("{:.0} · {:.0}", looks.now("nearhand_sessions"), looks.now("nearhand_viewers"))
    });
    line("processor · memory · open files", {
        format!(
            "{:.0} % of a core · {:.1} MB · {:.0}",
            100.0 * looks.rate("process_cpu_seconds_total"),
            looks.now("process_resident_memory_bytes") / 1e6,
            looks.now("process_open_fds")
        )
    });
    for (key, words) in looks.series("nearhand_links").iter().filter(|(key, _)| looks.now(key) != 0.0) {
        line(&format!("links, {words}"), format!("{:.0}", looks.now(key)));
    }
    for (key, words) in
        looks.series("nearhand_stream_bytes_total").iter().filter(|(key, _)| looks.now(key) != 0.0)
    {
        line(words, format!("{:.1} kB/s", looks.rate(key) / 1e3));
    }
    for (name, title) in [
        ("nearhand_picture_age_seconds", "age of pictures when sent"),
        ("nearhand_update_write_seconds", "time to write an update"),
    ] {
        let at = |quantile: &str| 1e3 * looks.now(&format!("{name}{{quantile=\"{quantile}\"}}"));
        line(title, format!("p50 {:.1}  p95 {:.1}  p99 {:.1} ms", at("0.5"), at("0.95"), at("0.99")));
    }
    for name in ["updates", "handshakes", "links_dropped", "updates_dropped", "limits_reached", "logins"] {
        let name = format!("nearhand_{name}_total");
        for (key, words) in looks.series(&name).iter().filter(|(key, _)| looks.now(key) != 0.0) {
            let title = name.trim_start_matches("nearhand_").trim_end_matches("_total").replace('_', " ");
            line(
                &format!("{title}, {words}"),
                format!("{:.1}/s  {:.0} in all", looks.rate(key), looks.now(key)),
            );
        }
    }
    for (name, title) in [
        ("nearhand_tiles_refreshed_total", "tiles asked for again"),
        ("nearhand_input_dropped_total", "input dropped"),
        ("nearhand_streams_refused_total", "streams refused"),
        ("nearhand_desk_commands_total", "commands of the desk"),
    ] {
        line(title, format!("{:.1}/s  {:.0} in all", looks.rate(name), looks.now(name)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_what_grew_between_two_looks() {
        let read = |bytes: u32, links: u32| {
            parse(&format!(
                "HTTP/1.1 200 OK\r\n\r\n# TYPE a counter\nnearhand_sessions 2\n\
                 nearhand_links{{carrier=\"quic\",role=\"agent\"}} {links}\n\
                 nearhand_stream_bytes_total{{kind=\"screen\",way=\"out\"}} {bytes}\n"
            ))
        };
        let screen = screen(&read(1_000, 7), &read(5_000, 8), 2.0);
        assert!(screen.contains("links, quic agent                  8\n"), "{screen}");
        assert!(screen.contains("screen out                         2.0 kB/s\n"), "{screen}");
        assert!(screen.contains("2 · 0"), "{screen}");
    }

    #[test]
    fn a_relay_that_was_restarted_has_no_negative_rates() {
        let of = |value: f64| Figures::from([("nearhand_input_dropped_total".to_owned(), value)]);
        assert!(
            screen(&of(9.0), &of(1.0), 1.0).contains("input dropped                      0.0/s  1 in all")
        );
    }

    #[test]
    fn a_relay_on_every_address_is_reached_on_loopback() {
        assert_eq!(
            reachable(SocketAddr::from(([0, 0, 0, 0], 7443))),
            SocketAddr::from(([127, 0, 0, 1], 7443))
        );
        assert_eq!(reachable(SocketAddr::from(([10, 0, 0, 1], 1))), SocketAddr::from(([10, 0, 0, 1], 1)));
    }
}
