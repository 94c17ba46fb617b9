//! Who may use whom of our own crates.
//!
//! [`TABLE`] is the law. ARCHITECTURE.md shows the same table to readers, and both are held together here and
//! compared with what cargo sees. What is not listed is not allowed; what is listed may stay unused.

use super::{Finding, members::Member};
use crate::tree::{File, Tree};

/// The page that shows the table, with rows of the form `` | `crate` | user, user | … ``.
const PAGE: &str = "ARCHITECTURE.md";

/// What a crate may use.
enum May {
    Use(&'static [&'static str]),
    UseAnything,
}

const TABLE: &[(&str, May)] = &[
    ("wire", May::Use(&[])),
    ("proto", May::Use(&["wire"])),
    ("desk", May::Use(&["wire"])),
    ("frame", May::Use(&[])),
    ("codec", May::Use(&["wire", "frame"])),
    ("transport", May::Use(&["wire", "proto"])),
    ("plane", May::Use(&["wire", "proto"])),
    ("relay", May::Use(&["wire", "proto", "desk", "transport", "plane"])),
    ("platform", May::Use(&["wire", "frame"])),
    ("agent", May::Use(&["wire", "proto", "frame", "codec", "transport", "platform"])),
    ("tests-core", May::Use(PURE)),
    ("tests-sim", May::Use(PURE)),
    ("tests-lines", May::Use(&["wire", "proto", "transport"])),
    ("tests-services", May::Use(&[])),
    ("tests-e2e", May::UseAnything),
    ("benches", May::UseAnything),
    ("figures", May::UseAnything),
    ("loadgen", May::UseAnything),
    ("view", May::UseAnything),
    ("xtask", May::UseAnything),
];

const PURE: &[&str] = &["wire", "proto", "desk", "plane", "frame", "codec"];

pub(super) fn check(members: &[Member], tree: &Tree) -> Vec<Finding> {
    let used = members.iter().flat_map(|member| against_table(member, members));
    let gone = TABLE.iter().filter(|(name, _)| !members.iter().any(|member| member.name == *name));
    let gone = gone
        .map(|(name, _)| Finding::file("Cargo.toml", format!("the table has a crate {name}, which is gone")));
    used.chain(gone).chain(against_page(tree.file(PAGE))).collect()
}

fn against_table(member: &Member, members: &[Member]) -> Vec<Finding> {
    let allowed = match TABLE.iter().find(|(name, _)| *name == member.name) {
        None => {
            let message = format!("{} is not in the table of who may use whom", member.name);
            return vec![Finding::file(&member.manifest, message)];
        }
        Some((_, May::UseAnything)) => return Vec::new(),
        Some((_, May::Use(allowed))) => allowed,
    };
    let ours = member.uses.iter().filter(|used| members.iter().any(|other| other.name == **used));
    ours.filter(|used| !allowed.contains(&used.as_str()))
        .map(|used| Finding::file(&member.manifest, format!("{} may not use {used}", member.name)))
        .collect()
}

/// The page's table has each crate's row, and it says the same.
fn against_page(page: Option<&File>) -> Vec<Finding> {
    let Some(page) = page else { return vec![Finding::file(PAGE, "the page is not there")] };
    let mut findings = Vec::new();
    for (name, may) in TABLE {
        let expected = match may {
            May::UseAnything => "anything".to_owned(),
            May::Use([]) => "–".to_owned(),
            May::Use(allowed) => allowed.join(", "),
        };
        match page.lines().find_map(|(number, line)| Some((number, row(line, name)?))) {
            Some((_, shown)) if shown == expected => {}
            Some((number, shown)) => {
                let message = format!("the page lets {name} use `{shown}`, the table of tidy `{expected}`");
                findings.push(Finding::line(PAGE, number, message));
            }
            None => findings.push(Finding::file(PAGE, format!("no row says what {name} may use"))),
        }
    }
    findings
}

/// What the row of this crate says that it may use, if the line is that row.
fn row<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
    let names = cells.next()?;
    names.split(", ").any(|shown| shown == format!("`{name}`")).then(|| cells.next())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, uses: &[&str]) -> Member {
        let uses = uses.iter().map(|used| (*used).to_owned()).collect();
        Member { name: name.to_owned(), manifest: format!("{name}/Cargo.toml"), uses, ..Member::default() }
    }

    fn check_uses(name: &str, uses: &[&str], found: &[&str]) {
        let all = [member(name, uses), member("codec", &[]), member("wire", &[])];
        let findings: Vec<_> = against_table(&all[0], &all).iter().map(ToString::to_string).collect();
        assert_eq!(findings, found);
    }

    #[test]
    fn the_relay_never_sees_the_codec() {
        check_uses("relay", &["wire", "tokio"], &[]);
        check_uses("relay", &["wire", "codec"], &["relay/Cargo.toml: relay may not use codec"]);
    }

    #[test]
    fn a_new_crate_needs_its_row() {
        check_uses("ghost", &[], &["ghost/Cargo.toml: ghost is not in the table of who may use whom"]);
        check_uses("view", &["codec", "wire"], &[]);
    }

    #[test]
    fn the_page_shows_the_same_table() {
        assert_eq!(row("| `view`, `xtask` | anything | – |", "xtask"), Some("anything"));
        assert_eq!(row("| `wire` | – | prost |", "wire"), Some("–"));
        assert_eq!(row("a `wire` in a text", "wire"), None);
        let page = File { path: PAGE.to_owned(), text: "| `proto` | wire, codec | |\n".to_owned() };
        let findings: Vec<_> = against_page(Some(&page)).iter().map(ToString::to_string).collect();
        assert!(findings.contains(
            &"ARCHITECTURE.md:1: the page lets proto use `wire, codec`, the table of tidy `wire`".to_owned()
        ));
        assert!(findings.contains(&"ARCHITECTURE.md: no row says what wire may use".to_owned()));
    }
}
