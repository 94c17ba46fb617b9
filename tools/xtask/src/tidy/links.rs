//! Links between Markdown files lead somewhere.

use super::Finding;
use crate::tree::{File, Tree, folder, join};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let pages = tree.files().iter().filter(|file| file.extension() == "md");
    pages.flat_map(|page| broken(page, tree)).collect()
}

/// Paths that a page links to, with their lines.
pub(super) fn targets(page: &File) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (number, line) in page.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for (at, _) in line.match_indices("](") {
            let target = line[at + 2..].split([')', ' ', '#']).next().unwrap_or_default();
            let elsewhere = target.contains("://") || target.starts_with("mailto:");
            if let (false, Some(path)) = (target.is_empty() || elsewhere, join(folder(&page.path), target)) {
                found.push((number, path));
            }
        }
    }
    found
}

fn broken(page: &File, tree: &Tree) -> Vec<Finding> {
    let missing = targets(page).into_iter().filter(|(_, path)| !tree.has(path));
    missing
        .map(|(line, path)| Finding::line(&page.path, line, format!("a link to {path}, which is not there")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_page(text: &str, lines: &[usize]) {
        let tree = Tree::of(&[("docs/a.md", text), ("docs/b.md", ""), ("relay/src/lib.rs", "")]);
        assert_eq!(check(&tree).iter().map(|finding| finding.line).collect::<Vec<_>>(), lines, "{text}");
    }

    #[test]
    fn links_to_files_and_folders_resolve() {
        check_page("[b](b.md) [b](b.md#part) [relay](../relay/) [up](#part) [web](https://a.example/x)", &[]);
        check_page("one\n[c](c.md) and [d](../d.md)", &[2, 2]);
    }

    #[test]
    fn code_is_not_read() {
        check_page("```\n[c](c.md)\n```\n[d](d.md)", &[4]);
    }
}
