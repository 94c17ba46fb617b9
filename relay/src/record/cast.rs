//! asciicast v2: what a terminal showed, with its times, as lines of JSON that any player of the format plays.

use std::time::Duration;

use serde_json::json;

/// Turns output into lines. Output is bytes; what is half of a character waits for its other half.
#[derive(Debug, Default)]
pub(super) struct Cast {
    half: Vec<u8>,
}

impl Cast {
    /// The first line.
    pub(super) fn header(columns: u16, rows: u16, started_s: i64, title: &str) -> String {
        let header = json!({
            "version": 2,
            "width": columns,
            "height": rows,
            "timestamp": started_s,
            "title": title,
            "env": { "TERM": "xterm-256color" },
        });
        format!("{header}\n")
    }

    /// Output at a time; nothing while it is not one whole character.
    pub(super) fn output(&mut self, at: Duration, bytes: &[u8]) -> String {
        self.half.extend_from_slice(bytes);
        let whole = self.half.len() - half_at_end(&self.half);
        let text: Vec<u8> = self.half.drain(..whole).collect();
        if text.is_empty() { String::new() } else { line(at, "o", &String::from_utf8_lossy(&text)) }
    }

    /// The terminal has another size.
    pub(super) fn resize(at: Duration, columns: u16, rows: u16) -> String {
        line(at, "r", &format!("{columns}x{rows}"))
    }

    /// Something that a viewer should know, at its place.
    pub(super) fn marker(at: Duration, text: &str) -> String {
        line(at, "m", text)
    }
}

fn line(at: Duration, code: &str, data: &str) -> String {
    let seconds = (at.as_secs_f64() * 1e6).round() / 1e6;
    format!("{}\n", json!([seconds, code, data]))
}

/// Bytes at the end that may become a character.
fn half_at_end(bytes: &[u8]) -> usize {
    for length in 1..=bytes.len().min(3) {
        let first = bytes[bytes.len() - length];
        let wanted = match first {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            0x80..=0xbf => continue,
            _ => return 0,
        };
        return if length < wanted { length } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_come_in_halves_are_written_whole() {
        let mut cast = Cast::default();
        assert_eq!(cast.output(Duration::from_millis(1500), b"a\xe6\x97"), "[1.5,\"o\",\"a\"]\n");
        assert_eq!(cast.output(Duration::from_secs(2), b"\xa5\x1b[0m"), "[2.0,\"o\",\"日\\u001b[0m\"]\n");
        assert_eq!(cast.output(Duration::from_secs(3), b"\xe6"), "");
        // What never becomes one is shown as such.
        assert_eq!(cast.output(Duration::from_secs(3), b"b"), "[3.0,\"o\",\"\u{fffd}b\"]\n");
    }

    #[test]
    fn the_header_says_what_players_need() {
        let header: serde_json::Value =
            serde_json::from_str(&Cast::header(80, 24, 1_700_000_000, "/bin/bash")).expect("JSON");
        assert_eq!(
            (&header["version"], &header["width"], &header["height"]),
            (&json!(2), &json!(80), &json!(24))
        );
        assert_eq!(Cast::resize(Duration::ZERO, 132, 50), "[0.0,\"r\",\"132x50\"]\n");
    }
}
