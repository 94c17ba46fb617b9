//! Public portals.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Desk, IssueId, PortalId, Refusal, Rule, fields};

/// Characters of a path: it is printed, and typed.
const PATH_MAX: usize = 100;

/// First words of paths at which a site has something else.
const RESERVED: [&str; 8] = ["api", "console", "healthz", "join", "link", "login", "metrics", "saml"];

/// Issues of a form: what somebody reads before he chooses.
const ISSUES_MAX: usize = 200;

/// Characters of a logo as a `data:` address: a picture of 96 kB, which every visitor loads.
const LOGO_MAX: usize = 128 << 10;

/// Pictures that every browser shows and that carry no program.
const LOGO_TYPES: [&str; 3] =
    ["data:image/png;base64,", "data:image/jpeg;base64,", "data:image/webp;base64,"];

/// A public page on which customers start.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Portal {
    /// How technicians see it.
    pub name: String,
    /// Its path on the site, `/` for the first; a host name of its own also leads to it.
    pub path: String,
    /// Host name that leads to it.
    pub host: Option<String>,
    /// Whether the page takes session keys.
    pub takes_keys: bool,
    /// Whether it lists the technicians who show themselves and are there.
    pub shows_technicians: bool,
    /// The issues of its form; none: no form.
    pub issues: BTreeSet<IssueId>,
    /// How it looks.
    pub brand: Brand,
}

/// How a portal looks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Brand {
    /// The organisation's name, as a heading.
    pub title: String,
    /// A sentence below it.
    pub greeting: String,
    /// `#rrggbb`; none: the site's own.
    pub color: Option<String>,
    /// A picture as a `data:` address; none: no picture.
    pub logo: Option<String>,
}

impl Portal {
    pub(super) fn check(&self, desk: &Desk, own: Option<PortalId>) -> Result<(), Refusal> {
        fields::name("name", &self.name)?;
        fields::unique(&desk.portals, own, "name", &self.name, |other| &other.name)?;
        self.check_path()?;
        fields::unique(&desk.portals, own, "path", &self.path, |other| &other.path)?;
        self.check_host(desk, own)?;
        fields::count("issues", self.issues.len(), ISSUES_MAX)?;
        fields::exists("issues", self.issues.iter().all(|&issue| desk.issues.has(issue)), "issue")?;
        self.brand.check()
    }

    /// `/`, or segments of letters, digits and dashes that need no escaping in an address.
    fn check_path(&self) -> Result<(), Refusal> {
        fields::line("path", &self.path, PATH_MAX)?;
        let is_segment = |segment: &str| {
            !segment.is_empty()
                && segment.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        };
        let is_path = self.path == "/"
            || self.path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(is_segment));
        if !is_path {
            return Err(Refusal::field("path", "path is not like / or /help/printers"));
        }
        match RESERVED.iter().find(|word| self.path.split('/').nth(1) == Some(word)) {
            Some(word) => {
                Err(Refusal::field("path", format!("path is below /{word}, where something else is")))
            }
            None => Ok(()),
        }
    }

    fn check_host(&self, desk: &Desk, own: Option<PortalId>) -> Result<(), Refusal> {
        let Some(host) = &self.host else { return Ok(()) };
        if !fields::is_plausible_host(host) {
            return Err(Refusal::field("host", "host is no host name"));
        }
        let same = |other: &Self| other.host.as_ref().is_some_and(|other| other.eq_ignore_ascii_case(host));
        if desk.portals.iter().any(|(id, other)| Some(id) != own && same(other)) {
            let detail = format!("host {host:?} is taken");
            return Err(Refusal { field: Some("host"), ..Refusal::new(Rule::Taken, detail) });
        }
        Ok(())
    }
}

impl Brand {
    fn check(&self) -> Result<(), Refusal> {
        fields::line("brand.title", &self.title, fields::NAME_MAX)?;
        fields::text("brand.greeting", &self.greeting, fields::COMMENTS_MAX)?;
        if self.color.as_deref().is_some_and(|color| !is_color(color)) {
            return Err(Refusal::field("brand.color", "brand.color is not like #1a2b3c"));
        }
        let Some(logo) = &self.logo else { return Ok(()) };
        fields::line("brand.logo", logo, LOGO_MAX)?;
        let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
        let is_picture =
            |kind: &&str| logo.strip_prefix(kind).is_some_and(|data| data.chars().all(is_base64));
        if LOGO_TYPES.iter().any(is_picture) {
            Ok(())
        } else {
            Err(Refusal::field("brand.logo", "brand.logo is no PNG, JPEG or WebP as a data: address"))
        }
    }
}

fn is_color(value: &str) -> bool {
    value.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.chars().all(|c| c.is_ascii_hexdigit()))
}
