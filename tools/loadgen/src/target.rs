//! The relay that gets the load: one of our own, made for the run, or one that runs already.

use std::collections::BTreeMap;

use anyhow::Context;
use e2e::site::Site;
use transport::client::Preference;
use view::access::{Access, Entry};
use wire::token::EnrolmentToken;

/// Sessions that are begun with one login: a desk leaves one account 50.
pub const SESSIONS_EACH: usize = 40;

/// A relay, and an administrator's login there.
pub struct Relay {
    own: Option<Site>,
    process: Option<u32>,
    entry: Entry,
    access: Access,
    address: String,
}

impl Relay {
    /// Starts one on free ports of the loopback address; it is gone with this.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start() -> anyhow::Result<Self> {
        Self::of(Site::start()?).await
    }

    /// One that was started elsewhere in this process.
    ///
    /// # Errors
    /// When it takes no login.
    pub async fn of(mut site: Site) -> anyhow::Result<Self> {
        let pin = EnrolmentToken::from_text(&site.token("pin")?)?.pin;
        let address = site.ready().udp.to_string();
        let access = Access {
            url: site.api_url(),
            user: site.user().to_owned(),
            password: site.password().to_owned(),
            pin,
            address: Some(address.clone()),
            preference: Preference::Quic,
        };
        let process = Some(site.process().id());
        let entry = access.clone().log_in().await?;
        Ok(Self { own: Some(site), process, entry, access, address })
    }

    /// One that runs already; with its process, where it runs on this machine, what it uses is measured.
    ///
    /// # Errors
    /// When it takes no login.
    pub async fn at(access: Access, address: String, process: Option<u32>) -> anyhow::Result<Self> {
        let entry = access.clone().log_in().await?;
        Ok(Self { own: None, process, entry, access, address })
    }

    /// Where links go to.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// How agents know the site.
    pub fn pin(&self) -> [u8; 32] {
        self.access.pin
    }

    /// Its process, where that is known.
    pub fn process(&self) -> Option<u32> {
        self.process
    }

    /// The site, where it is our own.
    pub fn site(&mut self) -> Option<&mut Site> {
        self.own.as_mut()
    }

    /// The administrator's login.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Logins for so many sessions, each for [`SESSIONS_EACH`] of them in turn, whose links go to `address`: the relay's
    /// own, or a bad line's end.
    ///
    /// # Errors
    /// When the relay refuses, or runs already and more than one login is needed: its accounts are not ours to make.
    pub async fn entries(&self, sessions: usize, address: &str) -> anyhow::Result<Vec<Entry>> {
        let access = Access { address: Some(address.to_owned()), ..self.access.clone() };
        let mut entries = vec![access.clone().log_in().await?];
        while entries.len() * SESSIONS_EACH < sessions {
            let own = self.own.as_ref();
            let (user, password) = own
                .with_context(|| {
                    format!("one login of a relay that runs already has {SESSIONS_EACH} sessions")
                })?
                .account()?;
            entries.push(Access { user, password, ..access.clone() }.log_in().await?);
        }
        Ok(entries)
    }

    /// Its figures by name and labels.
    ///
    /// # Errors
    /// When it does not give them.
    pub async fn metrics(&self) -> anyhow::Result<BTreeMap<String, f64>> {
        let text = self.entry.metrics().await.context("the relay's figures")?;
        Ok(parse_metrics(&text))
    }
}

/// What Prometheus would read.
fn parse_metrics(text: &str) -> BTreeMap<String, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.rsplit_once(' ')).filter_map(pair).collect()
}

fn pair((name, value): (&str, &str)) -> Option<(String, f64)> {
    Some((name.to_owned(), value.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_with_their_labels() {
        let text = "# HELP a b\n# TYPE a counter\na{x=\"y z\"} 3\n\nb 0.5\nc NaNN\n";
        let figures = parse_metrics(text);
        assert_eq!(
            figures.into_iter().collect::<Vec<_>>(),
            [("a{x=\"y z\"}".to_owned(), 3.0), ("b".to_owned(), 0.5)]
        );
    }
}
