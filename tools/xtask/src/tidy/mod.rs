//! The rules of the tree that no lint knows: `cargo xtask tidy`.
//!
//! Each rule is a pure function in a file of its own, from the text of the tree (and, where it needs them, the
//! facts of `cargo metadata`) to [`Finding`]s. Nothing is excused one by one: a rule that is wrong is changed
//! for all.
//!
//! Start at [`run`], which is the list of the rules.

mod dead;
mod dependencies;
mod headers;
mod links;
mod members;
mod places;
mod sizes;
mod words;

use std::fmt;

use anyhow::{Result, bail};

use crate::{
    shell::Shell,
    tree::{File, Tree},
};

/// One place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    /// Counted from 1; 0 where the file as a whole is meant.
    line: usize,
    message: String,
}

impl Finding {
    fn file(path: &str, message: impl Into<String>) -> Self {
        Self::line(path, 0, message)
    }

    fn line(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// Applies every rule to the tree as it lies there, committed or not.
pub(crate) fn run(shell: &Shell) -> Result<()> {
    let tree = Tree::read(shell)?;
    let members = members::Member::all(&shell.metadata()?, shell.root());

    let mut findings: Vec<Finding> = tree.files().iter().flat_map(of_file).collect();
    findings.extend(dependencies::check(&members, &tree));
    findings.extend(members::check(&members, &tree));
    findings.extend(dead::check(&members, &tree));
    findings.extend(links::check(&tree));
    findings.sort();

    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => println!("tidy: {} files, nothing found", tree.files().len()),
        found => bail!("tidy found {found} places to mend"),
    }
    Ok(())
}

fn of_file(file: &File) -> Vec<Finding> {
    [headers::check(file), sizes::check(file), places::check(file), words::check(file)].concat()
}
