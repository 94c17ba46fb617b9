//! How mail leaves.

use std::path::PathBuf;

use serde::Deserialize;

use crate::config::{ConfigError, within};
use crate::mail::server;

/// Which mail server takes the letters, and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// The name of the mail server. Without it nothing is sent.
    pub server: Option<String>,
    /// Its port; without it the one that belongs to `security`.
    pub port: Option<u16>,
    /// How the connection is secured.
    pub security: Security,
    /// A PEM file with an authority beside those that the machine trusts.
    pub authority_file: Option<PathBuf>,
    /// The name under which the relay logs in, if it has to.
    pub user: Option<String>,
    /// A file with the password for it.
    pub password_file: Option<PathBuf>,
    /// The sender: `Support <support@example.org>`.
    pub from: String,
    /// Letters that may wait while the server is busy, and as many while it is away. Each is a few kilobytes.
    pub queue_max: u32,
    /// The pause before the second try; the next ones double it.
    pub retry_s: u32,
    /// How long the server may take for one letter. Others wait behind it.
    pub timeout_s: u32,
}

/// How a connection to a mail server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Security {
    /// TLS after a greeting in the clear; without TLS nothing is sent. Port 587.
    #[default]
    Starttls,
    /// TLS from the first byte. Port 465.
    Tls,
    /// In the clear: for a server on the same machine. Port 25.
    None,
}

impl Security {
    pub(super) const fn port(self) -> u16 {
        match self {
            Self::Starttls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            server: None,
            port: None,
            security: Security::default(),
            authority_file: None,
            user: None,
            password_file: None,
            from: String::new(),
            queue_max: 1000,
            retry_s: 30,
            timeout_s: 20,
        }
    }
}

impl Config {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        within("mail.queue_max", self.queue_max, 1, 100_000)?;
        within("mail.retry_s", self.retry_s, 1, 3600)?;
        within("mail.timeout_s", self.timeout_s, 1, 300)?;
        let wrong = |field, problem: &str| Err(ConfigError::Field { field, problem: problem.to_owned() });
        if self.server.is_some() && !server::is_mailbox(&self.from) {
            return wrong("mail.from", "is no sender such as \"Support <support@example.org>\"");
        }
        if self.user.is_some() != self.password_file.is_some() {
            return wrong("mail.password_file", "and mail.user go together");
        }
        if self.user.is_some() && self.security == Security::None {
            return wrong(
                "mail.security",
                "is \"none\", which would show the password to everybody on the way",
            );
        }
        Ok(())
    }
}
