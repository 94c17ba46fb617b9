//! The crates of the workspace: what cargo knows about them, and how their manifests look.

use std::path::Path;

use cargo_metadata::{DependencyKind, Metadata};

use super::Finding;
use crate::tree::{Tree, folder};

/// A crate of the workspace.
#[derive(Debug, Default)]
pub(super) struct Member {
    pub(super) name: String,
    /// The manifest's path in the repository.
    pub(super) manifest: String,
    /// The files at which the compiler starts, as paths in the repository.
    pub(super) roots: Vec<String>,
    /// What its product is linked with; dependencies of builds and of tests are free.
    pub(super) uses: Vec<String>,
}

impl Member {
    /// All crates, from what `cargo metadata` says.
    pub(super) fn all(metadata: &Metadata, root: &Path) -> Vec<Self> {
        let inside = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
        let member = |package: &cargo_metadata::Package| {
            let normal = package.dependencies.iter().filter(|used| used.kind == DependencyKind::Normal);
            Self {
                name: package.name.to_string(),
                manifest: inside(package.manifest_path.as_std_path()),
                roots: package.targets.iter().map(|target| inside(target.src_path.as_std_path())).collect(),
                uses: normal.map(|used| used.name.clone()).collect(),
            }
        };
        metadata.workspace_packages().into_iter().map(member).collect()
    }
}

/// Crates whose code must give the same answer everywhere and always.
const PURE: &[&str] = &["codec", "desk", "frame", "plane", "proto", "wire"];

/// What brings clocks, sockets or tasks.
const IMPURE: &[&str] = &["async-std", "mio", "quinn", "smol", "socket2", "tokio", "tokio-util"];

pub(super) fn check(members: &[Member], tree: &Tree) -> Vec<Finding> {
    members.iter().flat_map(|member| [manifest(member, tree), purity(member, tree)].concat()).collect()
}

/// A manifest takes its lints, and the version of everything it uses, from the root.
fn manifest(member: &Member, tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.file(&member.manifest) else {
        return vec![Finding::file(&member.manifest, "the manifest is not in the tree")];
    };
    let mut findings = Vec::new();
    if !file.text.contains("[lints]\nworkspace = true\n") {
        findings.push(Finding::file(&file.path, "a member takes `[lints] workspace = true`"));
    }
    let mut in_dependencies = false;
    for (number, line) in file.lines() {
        if line.starts_with('[') {
            in_dependencies = line.contains("dependencies");
        } else if in_dependencies && line.contains('=') && !line.contains("workspace = true") {
            let message = "versions stand in the root Cargo.toml: `name.workspace = true`";
            findings.push(Finding::line(&file.path, number, message));
        }
    }
    findings
}

/// A pure crate has a `clippy.toml` that bans the clock above it, and uses nothing that waits.
fn purity(member: &Member, tree: &Tree) -> Vec<Finding> {
    if !PURE.contains(&member.name.as_str()) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut above = folder(&member.manifest);
    while !above.is_empty() && !tree.has(&format!("{above}/clippy.toml")) {
        above = folder(above);
    }
    if above.is_empty() {
        findings.push(Finding::file(
            &member.manifest,
            "a pure crate has a clippy.toml that bans clocks and sockets",
        ));
    }
    for used in member.uses.iter().filter(|used| IMPURE.contains(&used.as_str())) {
        findings.push(Finding::file(&member.manifest, format!("a pure crate does not use {used}")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_manifest(name: &str, uses: &[&str], text: &str, found: &[&str]) {
        let tree = Tree::of(&[("a/Cargo.toml", text), ("relay/clippy.toml", "")]);
        let member = Member {
            name: name.to_owned(),
            manifest: "a/Cargo.toml".to_owned(),
            uses: uses.iter().map(|used| (*used).to_owned()).collect(),
            ..Member::default()
        };
        let findings: Vec<_> = check(&[member], &tree).iter().map(ToString::to_string).collect();
        assert_eq!(findings, found);
    }

    #[test]
    fn versions_and_lints_come_from_the_root() {
        let good = "[lints]\nworkspace = true\n[dependencies]\nbytes.workspace = true\n";
        check_manifest("relay", &["tokio"], good, &[]);
        let bad = "[package]\nname = \"a\"\n[dependencies]\nbytes = \"1\"\n";
        check_manifest(
            "relay",
            &[],
            bad,
            &[
                "a/Cargo.toml: a member takes `[lints] workspace = true`",
                "a/Cargo.toml:4: versions stand in the root Cargo.toml: `name.workspace = true`",
            ],
        );
    }

    #[test]
    fn a_pure_crate_bans_the_clock_and_waits_for_nothing() {
        let text = "[lints]\nworkspace = true\n";
        check_manifest(
            "wire",
            &["bytes", "tokio"],
            text,
            &[
                "a/Cargo.toml: a pure crate has a clippy.toml that bans clocks and sockets",
                "a/Cargo.toml: a pure crate does not use tokio",
            ],
        );
    }
}
