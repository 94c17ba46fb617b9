//! What must be true of the texts of an item: what people say of it, and what its agent says.

use super::{Label, Seen};
use crate::{Desk, Refusal, fields};

/// Characters of a value of an attribute, of what an agent says, and of what is searched for.
pub(super) const TEXT_MAX: usize = 255;

/// Characters of a tag, or of the code name of an attribute.
const WORD_MAX: usize = 50;

/// Tags of an item.
const TAGS_MAX: usize = 50;

/// Custom attributes of an item.
const ATTRIBUTES_MAX: usize = 50;

/// Addresses of a computer: one with many containers has some dozens.
const PRIVATE_IPS_MAX: usize = 256;

impl Label {
    /// The name may be empty where the computer's own will take its place.
    pub(super) fn check(&self, desk: &Desk) -> Result<(), Refusal> {
        fields::line("name", &self.name, fields::NAME_MAX)?;
        fields::text("comments", &self.comments, fields::COMMENTS_MAX)?;
        fields::count("tags", self.tags.len(), TAGS_MAX)?;
        for tag in &self.tags {
            fields::name("tags", tag)?;
            fields::line("tags", tag, WORD_MAX)?;
        }
        fields::count("attributes", self.attributes.len(), ATTRIBUTES_MAX)?;
        for (code, value) in &self.attributes {
            check_code(code)?;
            fields::line("attributes", value, TEXT_MAX)?;
        }
        let has_policy = self.policy.is_none_or(|policy| desk.jump_policies.has(policy));
        fields::exists("policy", has_policy, "Jump policy")
    }
}

/// A code name stands in addresses, after `session.custom.`.
fn check_code(code: &str) -> Result<(), Refusal> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if (1..=WORD_MAX).contains(&code.len()) && code.chars().all(is_word) {
        Ok(())
    } else {
        let detail =
            format!("{code:?} is no code name: 1 to {WORD_MAX} letters, digits, dashes, underscores");
        Err(Refusal::field("attributes", detail))
    }
}

impl Seen {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let lines = [
            ("host_name", &self.host_name),
            ("os", &self.os),
            ("os_version", &self.os_version),
            ("software", &self.software),
            ("user", &self.user),
            ("public_ip", &self.public_ip),
        ];
        for (field, value) in lines {
            fields::line(field, value, TEXT_MAX)?;
        }
        fields::line("unattended", self.unattended.as_deref().unwrap_or_default(), TEXT_MAX)?;
        fields::count("private_ips", self.private_ips.len(), PRIVATE_IPS_MAX)?;
        self.private_ips.iter().try_for_each(|address| fields::line("private_ips", address, TEXT_MAX))
    }
}
