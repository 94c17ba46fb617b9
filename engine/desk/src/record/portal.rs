//! Public portals.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::IssueId;

/// A public page on which customers start.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
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
