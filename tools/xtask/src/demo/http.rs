//! Just enough HTTP to ask the relay on this machine whether its agent is there.
//!
//! Plain HTTP/1.1 to loopback, one request a connection, answers that say their length by closing. For anything
//! more there are libraries, which would make every chore wait for their compilation.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// Hashing a password takes most of it.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// A list of endpoints is far below.
const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// A technician who is logged in.
pub(super) struct Client {
    relay: SocketAddr,
    cookie: String,
}

impl Client {
    /// Logs in as this user.
    pub(super) fn log_in(relay: SocketAddr, user: &str, password: &str) -> Result<Self> {
        let body = json!({ "user": user, "password": password }).to_string();
        let head = format!(
            "POST /api/login HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {}",
            body.len()
        );
        let answer = Answer::to(relay, &head, &body).context("logging in")?;
        let cookie = answer.cookies();
        if cookie.is_empty() {
            bail!("the relay gave no cookie");
        }
        Ok(Self { relay, cookie })
    }

    /// Asks for a JSON document.
    pub(super) fn get(&mut self, path: &str) -> Result<Value> {
        let head = format!("GET {path} HTTP/1.1\r\nCookie: {}", self.cookie);
        let answer = Answer::to(self.relay, &head, "").with_context(|| path.to_owned())?;
        serde_json::from_str(&answer.body).with_context(|| format!("{path} is not JSON"))
    }
}

#[derive(Debug)]
struct Answer {
    head: String,
    body: String,
}

impl Answer {
    fn to(relay: SocketAddr, head: &str, body: &str) -> Result<Self> {
        let mut stream = TcpStream::connect_timeout(&relay, ANSWER_WITHIN)?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        write!(stream, "{head}\r\nHost: {relay}\r\nConnection: close\r\n\r\n{body}")?;
        let mut text = String::new();
        stream.take(ANSWER_BYTES_MAX).read_to_string(&mut text)?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self> {
        let (head, body) = text.split_once("\r\n\r\n").context("the answer has no end of its head")?;
        let status = head.split(' ').nth(1).context("the answer has no status")?;
        if !status.starts_with('2') {
            bail!("status {status}: {body}");
        }
        Ok(Self { head: head.to_owned(), body: body.to_owned() })
    }

    /// All cookies that are set, as they are sent back. The relay sets several, in any order.
    fn cookies(&self) -> String {
        let headers = self.head.lines().filter_map(|line| line.split_once(':'));
        let set = headers.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        let pairs = set.map(|(_, value)| value.split(';').next().unwrap_or_default().trim());
        pairs.collect::<Vec<_>>().join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_and_body_are_told_apart() {
        let text = "HTTP/1.1 200 OK\r\nSet-Cookie: c=d\r\nset-cookie: a=b; Secure\r\n\r\n[1]";
        let answer = Answer::parse(text).unwrap();
        assert_eq!((answer.cookies().as_str(), answer.body.as_str()), ("c=d; a=b", "[1]"));
    }

    #[test]
    fn a_refusal_is_an_error_with_its_text() {
        let error = Answer::parse("HTTP/1.1 401 Unauthorized\r\n\r\nwrong password").unwrap_err();
        assert_eq!(error.to_string(), "status 401: wrong password");
    }
}
