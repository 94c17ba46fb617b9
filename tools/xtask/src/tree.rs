//! The text of the repository, read once for all who look through it.

use std::{collections::BTreeMap, fs, ops::Bound};

use anyhow::Result;

use crate::shell::{self, Shell};

/// A text file of the tree.
pub(crate) struct File {
    /// From the root of the repository, with `/` between its parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// What stands behind the last dot of the name, or nothing.
    pub(crate) fn extension(&self) -> &str {
        self.name().rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// The last part of the path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(&self.path, |(_, name)| name)
    }

    /// Whether a program wrote it, which says so in its first line.
    pub(crate) fn is_generated(&self) -> bool {
        self.text.lines().next().is_some_and(|line| line.contains("@generated"))
    }

    /// The lines with their numbers, counted from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// All files that git knows or would add.
pub(crate) struct Tree {
    files: Vec<File>,
    paths: BTreeMap<String, ()>,
}

impl Tree {
    /// Reads the files that are committed or could be. What is no UTF-8 is known by its path alone.
    pub(crate) fn read(shell: &Shell) -> Result<Self> {
        let mut list = shell.command("git");
        list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]);
        let list = shell::output(&mut list)?;
        let mut tree = Self { files: Vec::new(), paths: BTreeMap::new() };
        for path in list.split('\0').filter(|path| !path.is_empty()) {
            // A file that was deleted and not yet committed is listed, too.
            let Ok(bytes) = fs::read(shell.path(path)) else { continue };
            tree.paths.insert(path.to_owned(), ());
            if let Ok(text) = String::from_utf8(bytes) {
                tree.files.push(File { path: path.to_owned(), text });
            }
        }
        Ok(tree)
    }

    /// The text files.
    pub(crate) fn files(&self) -> &[File] {
        &self.files
    }

    /// The text file at this path.
    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// All paths, of texts and of others.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.keys().map(String::as_str)
    }

    /// Whether there is such a file, or a folder with files in it.
    pub(crate) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let inside = format!("{path}/");
        let from = (Bound::Included(inside.clone()), Bound::Unbounded);
        path.is_empty()
            || self.paths.contains_key(path)
            || self.paths.range(from).next().is_some_and(|(next, ())| next.starts_with(&inside))
    }

    /// A tree of these paths and texts.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let text = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
        let paths = files.iter().map(|(path, _)| ((*path).to_owned(), ())).collect();
        Self { files: files.iter().map(text).collect(), paths }
    }
}

/// The path without its last part.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `to`, seen from the folder `from`, with `.` and `..` worked out; `None` where it leaves the repository.
pub(crate) fn join(from: &str, to: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').filter(|part| !part.is_empty()).collect();
    for part in to.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_there_when_a_file_is_in_it() {
        let tree = Tree::of(&[("docs/protocol.md", ""), ("docs-old.md", "")]);
        assert!(tree.has("docs") && tree.has("docs/") && tree.has("docs/protocol.md"));
        assert!(!tree.has("doc") && !tree.has("docs/protocol"));
    }

    #[test]
    fn paths_are_joined_inside_the_repository_only() {
        assert_eq!(join("docs", "../README.md").as_deref(), Some("README.md"));
        assert_eq!(join("docs", "./a/../b.md").as_deref(), Some("docs/b.md"));
        assert_eq!(join("docs", "../../b.md"), None);
    }

    #[test]
    fn the_extension_is_that_of_the_name() {
        let file = |path: &str| File { path: path.to_owned(), text: String::new() };
        assert_eq!(file("a.b/c").extension(), "");
        assert_eq!(file("a/c.rs").extension(), "rs");
    }
}
