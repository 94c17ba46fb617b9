//! A session's limits on paths, held to where a walk really came to.
//!
//! A directory that a limit names is known by its real path and by its number, so that neither another spelling (on
//! file systems that do not tell cases apart) nor another mount of it is a way around. One that does not exist yet is
//! known by its path alone.

use rustix::fs::fstat;
use wire::control::PathLimits;

use super::walk::{Found, Place, resolve};
use super::{Id, id_of, look};
use crate::files::FileError;

#[derive(Debug, Default)]
pub(super) struct Guard {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    allow: Vec<Root>,
    deny: Vec<Root>,
}

/// A directory, or a file, that a limit names.
#[derive(Debug)]
struct Root {
    named: String,
    path: Vec<u8>,
    id: Option<Id>,
}

impl Root {
    fn new(named: &str) -> Self {
        let (path, id) = real(named.as_bytes());
        Self { named: named.to_owned(), path, id }
    }

    /// Whether it is one of these, or their path is below its own.
    fn holds(&self, path: &[u8], ids: &[Id]) -> bool {
        self.id.is_some_and(|id| ids.contains(&id)) || is_within(path, &self.path)
    }
}

impl Guard {
    pub(super) fn new(limits: &[PathLimits]) -> Self {
        let roots = |paths: &[String]| paths.iter().map(|path| Root::new(path)).collect();
        let rules =
            limits.iter().map(|limits| Rule { allow: roots(&limits.allow), deny: roots(&limits.deny) });
        Self { rules: rules.collect() }
    }

    /// Whether there is nothing to hold anybody to.
    pub(super) fn is_open(&self) -> bool {
        self.rules.is_empty()
    }

    /// Whether a directory is within all limits.
    pub(super) fn check(&self, place: &Place) -> Result<(), FileError> {
        self.check_path(&place.path, &place.ids)
    }

    /// Whether something in a directory is, which is this one on the disk.
    pub(super) fn check_name(&self, place: &Place, name: &[u8], id: Option<Id>) -> Result<(), FileError> {
        if self.is_open() {
            return Ok(());
        }
        let ids = [&place.ids[..], id.as_slice()].concat();
        self.check_path(&place.path_of(name), &ids)
    }

    /// Whether a name in a directory may become another one's, or nobody's: its directory must be within all limits,
    /// and none of what limits name may be inside.
    pub(super) fn check_change(&self, place: &Place, name: &[u8], id: Option<Id>) -> Result<(), FileError> {
        if self.is_open() {
            return Ok(());
        }
        self.check(place)?;
        self.check_name(place, name, id)?;
        let path = place.path_of(name);
        let roots = self.rules.iter().flat_map(|rule| rule.allow.iter().chain(&rule.deny));
        let mut inside = roots.filter(|root| is_within(&root.path, &path));
        if inside.next().is_some() { Err(FileError::forbidden()) } else { Ok(()) }
    }

    fn check_path(&self, path: &[u8], ids: &[Id]) -> Result<(), FileError> {
        let is_within_all = self.rules.iter().all(|rule| {
            let is_allowed = rule.allow.is_empty() || rule.allow.iter().any(|root| root.holds(path, ids));
            is_allowed && !rule.deny.iter().any(|root| root.holds(path, ids))
        });
        if is_within_all { Ok(()) } else { Err(FileError::forbidden()) }
    }

    /// The directories that are allowed by name; `None`: everything is.
    pub(super) fn starts(&self) -> Option<Vec<&str>> {
        let named = self.rules.iter().flat_map(|rule| &rule.allow).map(|root| &root.named[..]);
        let named: Vec<&str> = named.collect();
        (!named.is_empty()).then_some(named)
    }
}

/// Whether a path is `root` or below it.
fn is_within(path: &[u8], root: &[u8]) -> bool {
    path.strip_prefix(root).is_some_and(|rest| matches!(rest, [] | [b'/', ..]))
}

/// The real path of what is there, and what it is; of what is not there, the real path of as much as there is, and
/// the rest.
fn real(path: &[u8]) -> (Vec<u8>, Option<Id>) {
    let mut end = path.len();
    loop {
        let (front, rest) = path.split_at(end);
        match resolve(front) {
            Ok(Found::Directory(place)) if rest.is_empty() => {
                let id = fstat(&place.dir).ok().map(|stat| id_of(&stat));
                return (place.path, id);
            }
            Ok(Found::Other { place, name }) if rest.is_empty() => {
                let id = look(&place.dir, &name).ok().map(|stat| id_of(&stat));
                return (place.path_of(&name), id);
            }
            Ok(Found::Directory(place)) => return ([&place.path[..], rest].concat(), None),
            _ => {}
        }
        match front.iter().rposition(|&byte| byte == b'/') {
            Some(at) if 0 < at => end = at,
            _ => return (path.to_vec(), None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_only_begins_like_a_directory_is_not_within_it() {
        assert!(is_within(b"/srv/in", b"/srv/in"));
        assert!(is_within(b"/srv/in/x", b"/srv/in"));
        assert!(!is_within(b"/srv/inside", b"/srv/in"));
        assert!(is_within(b"/anything", b""));
    }

    #[test]
    fn what_is_not_there_yet_is_known_by_its_path() {
        let (path, id) = real(b"/proc/../no such/thing");
        assert_eq!((path, id), (b"/no such/thing".to_vec(), None));
        let (path, id) = real(b"/");
        assert!(path.is_empty() && id.is_some());
    }
}
