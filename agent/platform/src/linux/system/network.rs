//! Interfaces, how names are found and where packets go, and who listens.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use sysinfo::Networks;
use wire::tools::{Section, Unit};

use super::line_of;
use crate::system::{Found, facts, table};

/// The state of a listening socket in `/proc/net/tcp`.
const LISTENING: &str = "0A";

pub(super) fn network() -> Found {
    let networks = match Networks::new_with_refreshed_list() {
        Ok(networks) => networks,
        Err(error) => return Found::nothing(error.to_string()),
    };
    let mut interfaces: Vec<[String; 7]> = networks
        .iter()
        .map(|(name, data)| {
            let name = name.to_string_lossy().into_owned();
            let addresses: Vec<String> = data.ip_networks().iter().map(ToString::to_string).collect();
            [
                name.clone(),
                line_of(format!("/sys/class/net/{name}/operstate")),
                data.mac_address().to_string(),
                addresses.join(" "),
                data.mtu().to_string(),
                data.total_received().to_string(),
                data.total_transmitted().to_string(),
            ]
        })
        .collect();
    interfaces.sort();
    let columns = [
        ("name", Unit::Text),
        ("state", Unit::Text),
        ("hardware_address", Unit::Text),
        ("addresses", Unit::Text),
        ("mtu", Unit::Number),
        ("received", Unit::Bytes),
        ("sent", Unit::Bytes),
    ];
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let (servers, search) = resolvers(&read("/etc/resolv.conf"));
    let listening = [read("/proc/net/tcp"), read("/proc/net/tcp6")];
    let mut listening: Vec<[String; 2]> = listening.iter().flat_map(|file| listeners(file)).collect();
    listening.sort();
    listening.dedup();
    let of_socket = [("address", Unit::Text), ("port", Unit::Number)];
    vec![
        facts(
            Section::Network,
            "network",
            vec![
                ("gateways", Unit::Text, gateways(&read("/proc/net/route")).join(" ")),
                ("name_servers", Unit::Text, servers),
                ("search_domains", Unit::Text, search),
            ],
        ),
        table(Section::Network, "interfaces", columns, interfaces),
        table(Section::Network, "listening", of_socket, listening),
    ]
    .into()
}

/// Name servers and domains of a `resolv.conf`.
fn resolvers(text: &str) -> (String, String) {
    let values = |key: &str| {
        let lines = text.lines().filter_map(|line| line.trim().strip_prefix(key)?.strip_prefix([' ', '\t']));
        lines.map(str::trim).collect::<Vec<_>>().join(" ")
    };
    (values("nameserver"), values("search"))
}

/// Where packets for everywhere else go, by `/proc/net/route`.
fn gateways(text: &str) -> Vec<String> {
    let gateway = |line: &str| {
        let mut fields = line.split_ascii_whitespace();
        let (interface, to, by) = (fields.next()?, fields.next()?, fields.next()?);
        let by = u32::from_str_radix(by, 16).ok().filter(|&by| by != 0 && to == "00000000")?;
        Some(format!("{} ({interface})", Ipv4Addr::from(by.to_le_bytes())))
    };
    text.lines().skip(1).filter_map(gateway).collect()
}

/// Who listens, by `/proc/net/tcp` or `tcp6`.
fn listeners(text: &str) -> Vec<[String; 2]> {
    let listener = |line: &str| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (local, _, state) = (fields.next()?, fields.next()?, fields.next()?);
        let (address, port) = local.split_once(':').filter(|_| state == LISTENING)?;
        let port = u16::from_str_radix(port, 16).ok()?;
        Some([address_of(address)?.to_string(), port.to_string()])
    };
    text.lines().skip(1).filter_map(listener).collect()
}

/// An address as the kernel prints it: words of four bytes in the machine's own order.
fn address_of(hex: &str) -> Option<IpAddr> {
    let word = |at: usize| Some(u32::from_str_radix(hex.get(8 * at..8 * at + 8)?, 16).ok()?.to_ne_bytes());
    match hex.len() {
        8 => Some(IpAddr::V4(Ipv4Addr::from(word(0)?))),
        32 => {
            let mut bytes = [0; 16];
            for (at, place) in bytes.chunks_exact_mut(4).enumerate() {
                place.copy_from_slice(&word(at)?);
            }
            Some(IpAddr::V6(Ipv6Addr::from(bytes)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listening_sockets_are_listed() {
        let text = "  sl  local_address rem_address   st tx_queue\n\
            0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000\n\
            1: 0100007F:1F91 0100007F:0016 01 00000000:00000000 00:00000000\n\
            2: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 0:0\n";
        let all: Vec<String> =
            listeners(text).into_iter().map(|[address, port]| format!("{address} {port}")).collect();
        assert_eq!(all, ["127.0.0.1 8080", "::1 80"]);
    }

    #[test]
    fn the_gateway_is_that_of_the_route_to_everywhere() {
        let text = "Iface\tDestination\tGateway\tFlags\n\
            eth0\t00000000\t0102A8C0\t0003\neth0\t0002A8C0\t00000000\t0001\n";
        assert_eq!(gateways(text), ["192.168.2.1 (eth0)"]);
    }

    #[test]
    fn name_servers_are_read_past_comments() {
        let text = "# nameserver 9.9.9.9\nnameserver 1.1.1.1\nnameserver\t::1\nsearch a.example b.example\n";
        assert_eq!(resolvers(text), ("1.1.1.1 ::1".to_owned(), "a.example b.example".to_owned()));
    }
}
