//! Where the database is: a file in the state folder, or a PostgreSQL server.

use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;
use sqlx::postgres::PgConnectOptions;

use crate::config::{ConfigError, within};
use crate::state::StateFolder;

/// Which database is used.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// `postgres://user@host/name`; without it, SQLite in the state folder. Several relays share one desk by it.
    pub url: Option<Url>,
    /// Connections to a PostgreSQL server; each costs some megabytes there. SQLite has its own number.
    pub connections: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { url: None, connections: 8 }
    }
}

impl Config {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        within("database.connections", self.connections, 2, 200)
    }

    /// Where the database of the relay with this state folder is.
    pub(crate) fn place(&self, state: &StateFolder) -> std::io::Result<Place> {
        Ok(match &self.url {
            Some(url) => Place::server(url, self.connections),
            None => Place::File(state.database()?),
        })
    }
}

/// The URL of a PostgreSQL database. It may carry a password, which is never shown.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Url(Box<PgConnectOptions>);

impl FromStr for Url {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(UrlError::Scheme);
        }
        let options = PgConnectOptions::from_str(text).map_err(|_| UrlError::Malformed)?;
        Ok(Self(Box::new(options)))
    }
}

impl TryFrom<String> for Url {
    type Error = UrlError;

    fn try_from(text: String) -> Result<Self, UrlError> {
        text.parse()
    }
}

impl std::fmt::Debug for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "postgres://{}:{}", self.0.get_host(), self.0.get_port())
    }
}

/// Why a text is not the URL of a database. It does not repeat the text, for the password in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// It begins with something else.
    #[error("a database's URL begins with postgres:// (SQLite needs none)")]
    Scheme,
    /// PostgreSQL cannot be reached by it.
    #[error("the database's URL is not of the form postgres://user@host:port/name?option=value")]
    Malformed,
}

/// Where a database is.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// An SQLite file.
    File(PathBuf),
    /// A database of a PostgreSQL server.
    Server {
        /// How it is reached.
        options: Box<PgConnectOptions>,
        /// Connections to it, at most.
        connections: u32,
    },
}

impl Place {
    /// A database of a server, and how many connections to it there may be.
    pub(crate) fn server(url: &Url, connections: u32) -> Self {
        Self::Server { options: url.0.clone(), connections }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_the_url_is_never_shown() {
        let url: Url = "postgres://relay:topsecret@db.example/desk".parse().expect("a URL");
        assert_eq!(format!("{url:?}"), "postgres://db.example:5432");
        for wrong in ["mysql://relay:topsecret@db.example", "postgres://relay:topsecret@:::/"] {
            let error = wrong.parse::<Url>().expect_err(wrong);
            assert!(!error.to_string().contains("topsecret"), "{error}");
        }
    }
}
