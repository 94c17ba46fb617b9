//! Files that nobody reaches: Rust that no `mod` names, vectors and recordings that no test reads, pages that no
//! page links to.

use std::collections::BTreeSet;

use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta, Token, punctuated::Punctuated};

use super::{Finding, links, members::Member};
use crate::tree::{File, Tree, folder, join};

/// Folders whose files are there to be read by programs.
const DATA: &[&str] = &["tests/vectors/", "benches/data/"];

pub(super) fn check(members: &[Member], tree: &Tree) -> Vec<Finding> {
    let mut roots: Vec<String> = members.iter().flat_map(|member| member.roots.clone()).collect();
    roots.extend(fuzz_targets(tree));
    [unreached_rust(&roots, tree), unread_data(tree), unlinked_pages(tree)].concat()
}

fn unreached_rust(roots: &[String], tree: &Tree) -> Vec<Finding> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<(String, bool)> = roots.iter().map(|root| (root.clone(), true)).collect();
    while let Some((path, is_root)) = waiting.pop() {
        let Some(file) = tree.file(&path) else { continue };
        if reached.insert(path) {
            waiting.extend(modules(file, is_root).into_iter().map(|path| (path, false)));
        }
    }
    let rust = tree.files().iter().filter(|file| file.extension() == "rs");
    rust.filter(|file| !reached.contains(&file.path))
        .map(|file| Finding::file(&file.path, "no `mod` leads to this file"))
        .collect()
}

/// Where the modules that a file declares may lie; not every path need exist.
fn modules(file: &File, is_root: bool) -> Vec<String> {
    // A file that is no Rust is found by the rule on sizes.
    let Ok(syntax) = syn::parse_file(&file.text) else { return Vec::new() };
    let here = folder(&file.path);
    let own = if is_root || file.name() == "mod.rs" {
        here.to_owned()
    } else {
        file.path.trim_end_matches(".rs").to_owned()
    };
    let mut paths = Vec::new();
    declared(&syntax.items, here, &own, &mut paths);
    paths
}

/// Collects from `items`, where `#[path]` counts from `here` and the plain name from `own`.
fn declared(items: &[Item], here: &str, own: &str, paths: &mut Vec<String>) {
    for item in items {
        let Item::Mod(module) = item else { continue };
        let name = format!("{own}/{}", module.ident);
        match &module.content {
            Some((_, items)) => declared(items, &name, &name, paths),
            None => {
                let named: Vec<_> = module.attrs.iter().flat_map(named_paths).collect();
                if named.is_empty() {
                    paths.extend([format!("{name}.rs"), format!("{name}/mod.rs")]);
                }
                paths.extend(named.iter().filter_map(|named| join(here, named)));
            }
        }
    }
}

/// The path in `#[path = "…"]`, also where a `cfg_attr` chooses it.
fn named_paths(attribute: &Attribute) -> Vec<String> {
    fn of(meta: &Meta) -> Vec<String> {
        match meta {
            Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
                Expr::Lit(ExprLit { lit: Lit::Str(path), .. }) => vec![path.value()],
                _ => Vec::new(),
            },
            Meta::List(list) if list.path.is_ident("cfg_attr") => {
                let inner = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
                inner.map(|inner| inner.iter().flat_map(of).collect()).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }
    of(&attribute.meta)
}

/// The fuzz targets, which stand in a workspace of their own.
fn fuzz_targets(tree: &Tree) -> Vec<String> {
    let Some(manifest) = tree.file("fuzz/Cargo.toml") else { return Vec::new() };
    let paths = manifest.text.lines().filter_map(|line| line.strip_prefix("path = \"")?.strip_suffix('"'));
    paths.filter_map(|path| join("fuzz", path)).collect()
}

fn unread_data(tree: &Tree) -> Vec<Finding> {
    let data = tree
        .paths()
        .filter(|path| DATA.iter().any(|folder| path.starts_with(folder)) && !path.ends_with(".md"));
    data.filter(|path| !is_read(path, tree))
        .map(|path| Finding::file(path, "no program names this file or its folder"))
        .collect()
}

/// Whether a program names the file, or the folder in which it walks.
fn is_read(path: &str, tree: &Tree) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name);
    let inside = folder(path).rsplit_once('/').map_or("", |(_, inside)| inside);
    let names = [format!("/{stem}."), format!("\"{stem}"), format!("/{inside}\"")];
    let programs = tree.files().iter().filter(|file| ["rs", "ts"].contains(&file.extension()));
    programs.into_iter().any(|file| names.iter().any(|name| file.text.contains(name)))
}

fn unlinked_pages(tree: &Tree) -> Vec<Finding> {
    let pages = || tree.files().iter().filter(|file| file.extension() == "md");
    let linked: BTreeSet<String> = pages().flat_map(links::targets).map(|(_, path)| path).collect();
    let docs = pages().filter(|page| page.path.starts_with("docs/") && !linked.contains(&page.path));
    docs.map(|page| Finding::file(&page.path, "no page links to this one")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_tree(files: &[(&str, &str)], dead: &[&str]) {
        let member = Member { roots: vec!["a/src/lib.rs".to_owned()], ..Member::default() };
        let findings = check(&[member], &Tree::of(files));
        assert_eq!(findings.iter().map(|finding| finding.path.as_str()).collect::<Vec<_>>(), dead);
    }

    #[test]
    fn modules_are_followed_from_the_root() {
        check_tree(
            &[
                ("a/src/lib.rs", "mod one;\nmod two { mod three; }"),
                ("a/src/one/mod.rs", "mod four;"),
                ("a/src/one/four.rs", "mod five;"),
                ("a/src/one/four/five.rs", ""),
                ("a/src/two/three.rs", ""),
                ("a/src/four.rs", ""),
            ],
            &["a/src/four.rs"],
        );
    }

    #[test]
    fn a_path_that_an_attribute_names_is_followed() {
        check_tree(
            &[
                ("a/src/lib.rs", "#[cfg_attr(unix, path = \"linux/mod.rs\")]\nmod imp;"),
                ("a/src/linux/mod.rs", "mod shm;"),
                ("a/src/linux/shm.rs", ""),
            ],
            &[],
        );
    }

    #[test]
    fn fuzz_targets_are_roots() {
        check_tree(
            &[
                ("fuzz/Cargo.toml", "path = \"targets/hello.rs\"\n"),
                ("fuzz/targets/hello.rs", ""),
                ("fuzz/old.rs", ""),
            ],
            &["fuzz/old.rs"],
        );
    }

    #[test]
    fn vectors_are_named_one_by_one_or_by_their_folder() {
        check_tree(
            &[
                (
                    "a/src/lib.rs",
                    "const A: &str = \"../tests/vectors/hello.bin\";\nwalk(\"tests/vectors/tiles\")",
                ),
                ("tests/vectors/hello.bin", ""),
                ("tests/vectors/tiles/solid.bin", ""),
                ("tests/vectors/gone.bin", ""),
            ],
            &["tests/vectors/gone.bin"],
        );
    }

    #[test]
    fn a_page_is_linked_from_another() {
        check_tree(&[("README.md", "[a](docs/a.md)"), ("docs/a.md", ""), ("docs/b.md", "")], &["docs/b.md"]);
    }
}
