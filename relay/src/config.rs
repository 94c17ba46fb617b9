//! The configuration file: one table for each module, every field with a default.
//!
//! A relay starts without a file. Nothing secret has to stand in it: passwords are hashed in the database, keys lie
//! in the state folder, and a PostgreSQL server's password may come from `~/.pgpass`. Start at [`Config::read`].

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{api, certificates, db, endpoint, login, mail, peer};

/// Everything that an operator can set.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// Where the relay listens, and how others reach it.
    pub endpoint: endpoint::Config,
    /// Which certificates it shows.
    pub certificates: certificates::Config,
    /// Where everything that lasts is kept.
    pub database: db::Config,
    /// Passwords, cookies and how often one may guess.
    pub login: login::Config,
    /// How mail leaves.
    pub mail: mail::Config,
    /// Bounds of the HTTP side.
    pub api: api::Limits,
    /// Bounds of links and sessions.
    pub links: peer::Limits,
}

/// Why a configuration is not used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML, or names a field that does not exist; the message has line and column.
    #[error("{path}: {source}")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A field has a value that cannot be used.
    #[error("{field}: {problem}")]
    Field {
        /// The field with its table, as in the file.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

impl Config {
    /// Reads and checks the file; without one, the defaults.
    ///
    /// # Errors
    /// When the file cannot be read, has an unknown field, or a value breaks a rule.
    pub fn read(path: Option<&Path>) -> Result<Self, ConfigError> {
        let config = match path {
            None => Self::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
                Self::parse(&text, path)?
            }
        };
        config.check()?;
        Ok(config)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        toml::from_str(text)
            .map_err(|source| ConfigError::Parse { path: path.to_owned(), source: Box::new(source) })
    }

    /// Checks what types cannot say.
    ///
    /// # Errors
    /// [`ConfigError::Field`] names the field at fault.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.endpoint.check()?;
        self.certificates.check()?;
        self.database.check()?;
        self.login.check()?;
        self.mail.check()?;
        self.api.check()?;
        self.links.check()
    }
}

/// `field` must lie between `min` and `max`, both allowed.
pub(crate) fn within<T: Copy + PartialOrd + std::fmt::Display>(
    field: &'static str,
    got: T,
    min: T,
    max: T,
) -> Result<(), ConfigError> {
    if min <= got && got <= max {
        return Ok(());
    }
    Err(ConfigError::Field { field, problem: format!("is {got}, and must be from {min} to {max}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        let checked = Config::parse(text, Path::new("relay.toml")).and_then(|config| config.check());
        checked.expect_err("accepted").to_string()
    }

    #[test]
    fn a_relay_starts_without_a_file() {
        Config::read(None).expect("defaults");
    }

    #[test]
    fn an_unknown_field_is_named_with_its_line() {
        let said = problem("[endpoint]\nlisten = \"0.0.0.0:1\"\nport = 3\n");
        assert!(said.contains("port") && said.contains("line 3"), "{said}");
    }

    #[test]
    fn a_password_has_no_place_in_it() {
        assert!(problem("[login]\npassword = \"x\"\n").contains("password"));
    }

    #[test]
    fn a_value_out_of_bounds_names_its_field() {
        for (text, field) in [
            ("[login]\nlifetime_hours = 0\n", "login.lifetime_hours"),
            ("[login]\nhashing_at_once = 0\n", "login.hashing_at_once"),
            ("[links]\nwrite_timeout_ms = 1\n", "links.write_timeout_ms"),
            ("[endpoint]\nhttp = \"0.0.0.0:80\"\n", "endpoint.http"),
            ("[endpoint]\naddresses = [\"relay.example\"]\n", "endpoint.addresses"),
            ("[endpoint]\norigins = [\"https://relay.example/console\"]\n", "endpoint.origins"),
            ("[certificates]\nchain_file = \"chain.pem\"\n", "certificates.key_file"),
            ("[database]\nconnections = 0\n", "database.connections"),
            ("[login]\npassword_characters_min = 4\n", "login.password_characters_min"),
            ("[mail]\nserver = \"mail.example\"\n", "mail.from"),
            ("[mail]\nuser = \"relay\"\n", "mail.password_file"),
            ("[api]\nbody_bytes_max = 1\n", "api.body_bytes_max"),
        ] {
            let said = problem(text);
            assert!(said.starts_with(field), "{text:?} gave {said:?}");
        }
    }
}
