//! What people type: lengths, characters, names that are taken. Each refusal names the field at fault.

use crate::record::Table;
use crate::{Refusal, Rule};

/// Characters of a name: what fits on a line of a list.
pub(crate) const NAME_MAX: usize = 100;

/// Characters of a comment: half a page.
pub(crate) const COMMENTS_MAX: usize = 2000;

/// One line that says something.
pub(crate) fn name(field: &'static str, value: &str) -> Result<(), Refusal> {
    if value.trim().is_empty() {
        return Err(Refusal::field(field, format!("{field} is empty")));
    }
    line(field, value, NAME_MAX)
}

/// One line, which may be empty.
pub(crate) fn line(field: &'static str, value: &str, chars_max: usize) -> Result<(), Refusal> {
    if value.contains(char::is_control) {
        return Err(Refusal::field(field, format!("{field} has control characters in it")));
    }
    if value != value.trim() {
        return Err(Refusal::field(field, format!("{field} begins or ends with a space")));
    }
    length(field, value, chars_max)
}

/// Several lines, or none.
pub(crate) fn text(field: &'static str, value: &str, chars_max: usize) -> Result<(), Refusal> {
    if value.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Refusal::field(field, format!("{field} has control characters in it")));
    }
    length(field, value, chars_max)
}

fn length(field: &'static str, value: &str, chars_max: usize) -> Result<(), Refusal> {
    let chars = value.chars().count();
    if chars <= chars_max {
        Ok(())
    } else {
        Err(Refusal::field(field, format!("{field} has {chars} characters, at most {chars_max} fit")))
    }
}

/// Not more than so many.
pub(crate) fn count(field: &'static str, len: usize, max: usize) -> Result<(), Refusal> {
    if len <= max {
        Ok(())
    } else {
        Err(Refusal::field(field, format!("{field} has {len} entries, the limit is {max}")))
    }
}

/// A number up to a limit.
pub(crate) fn number(field: &'static str, value: u32, max: u32) -> Result<(), Refusal> {
    if value <= max {
        Ok(())
    } else {
        Err(Refusal::field(field, format!("{field} is {value}, the limit is {max}")))
    }
}

/// A number of seconds within bounds.
pub(crate) fn seconds(field: &'static str, value: u32, min: u32, max: u32) -> Result<(), Refusal> {
    if (min..=max).contains(&value) {
        Ok(())
    } else {
        Err(Refusal::field(field, format!("{field} is {value} seconds, it must be {min} to {max}")))
    }
}

/// Something that a field names has to be there.
pub(crate) fn exists(field: &'static str, is_there: bool, what: &str) -> Result<(), Refusal> {
    if is_there { Ok(()) } else { Err(Refusal::field(field, format!("{field} names no {what} that exists"))) }
}

/// No record but `own` has the same value, whatever its case.
pub(crate) fn unique<K: Ord + Copy, R>(
    table: &Table<K, R>,
    own: Option<K>,
    field: &'static str,
    value: &str,
    of: impl Fn(&R) -> &str,
) -> Result<(), Refusal> {
    let wanted = value.to_lowercase();
    let is_taken = table.iter().any(|(id, other)| Some(id) != own && of(other).to_lowercase() == wanted);
    if is_taken {
        let detail = format!("{field} {value:?} is taken");
        return Err(Refusal { field: Some(field), ..Refusal::new(Rule::Taken, detail) });
    }
    Ok(())
}

/// Whether it looks like an address to which mail can go. Only a mail that arrives proves it.
pub(crate) fn is_plausible_email(value: &str) -> bool {
    // The length that SMTP leaves for an address (RFC 5321).
    const EMAIL_MAX: usize = 254;
    let Some((local, domain)) = value.rsplit_once('@') else { return false };
    value.len() <= EMAIL_MAX
        && !local.is_empty()
        && !local.contains('@')
        && !value.contains(|c: char| c.is_whitespace() || c.is_control())
        && is_plausible_host(domain)
}

/// Whether it looks like the name of a host.
pub(crate) fn is_plausible_host(value: &str) -> bool {
    // The length of a name in DNS, and of one of its labels.
    const HOST_MAX: usize = 253;
    const LABEL_MAX: usize = 63;
    let is_label = |label: &str| {
        (1..=LABEL_MAX).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    value.len() <= HOST_MAX && value.split('.').all(is_label)
}

/// Whether it looks like the name of a language, such as `fr` or `pt-BR` (BCP 47).
pub(crate) fn is_plausible_language(value: &str) -> bool {
    let mut parts = value.split('-');
    let primary = parts
        .next()
        .is_some_and(|part| (2..=3).contains(&part.len()) && part.chars().all(|c| c.is_ascii_lowercase()));
    let is_subtag =
        |part: &str| (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
    primary && value.len() <= 35 && parts.all(is_subtag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_languages_are_told_from_nonsense() {
        for good in ["ana@example.org", "a.b+c@mail.example", "root@localhost"] {
            assert!(is_plausible_email(good), "{good}");
        }
        for bad in ["", "ana", "@example.org", "ana@", "a na@example.org", "ana@exa_mple", "a@b@c", "a@b..c"]
        {
            assert!(!is_plausible_email(bad), "{bad}");
        }
        for good in ["en", "fr", "pt-BR", "zh-Hant-TW", "fil"] {
            assert!(is_plausible_language(good), "{good}");
        }
        for bad in ["", "e", "EN", "english", "en_US", "en-", "en-x"] {
            assert!(!is_plausible_language(bad), "{bad}");
        }
    }

    #[test]
    fn a_line_has_an_end_and_no_control_characters() {
        assert_eq!(name("name", &"é".repeat(NAME_MAX)), Ok(()));
        for bad in ["", "  ", " a", "a\n", "a\u{7}b", &"a".repeat(NAME_MAX + 1)] {
            let refusal = name("name", bad).expect_err(bad);
            assert_eq!((refusal.rule, refusal.field), (Rule::BadField, Some("name")), "{bad:?}");
        }
        assert_eq!(text("comments", "two\nlines", 9), Ok(()));
        assert!(text("comments", "two\nlines", 8).is_err());
        assert!(text("comments", "a\u{0}", 8).is_err());
    }
}
