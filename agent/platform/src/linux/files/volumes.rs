//! Where one can begin: what is mounted and holds files, and the user's home; or what the limits allow.

use std::fs;

use wire::file::{FilePath, Volume};

use super::directory::space;
use super::walk::{Found, resolve};
use super::{Files, Trim};
use crate::files::FileError;

/// File systems that hold no files of anybody.
const WITHOUT_FILES: [&str; 24] = [
    "autofs",
    "binfmt_misc",
    "bpf",
    "cgroup",
    "cgroup2",
    "configfs",
    "debugfs",
    "devpts",
    "devtmpfs",
    "efivarfs",
    "fusectl",
    "hugetlbfs",
    "mqueue",
    "nsfs",
    "proc",
    "pstore",
    "ramfs",
    "rpc_pipefs",
    "securityfs",
    "selinuxfs",
    "squashfs",
    "sysfs",
    "tracefs",
    "fuse.portal",
];

/// Places that are named; a computer with more mounts shows its first ones.
const VOLUMES_MAX: usize = 64;

pub(super) fn list(files: &Files) -> Result<Vec<Volume>, FileError> {
    if let Some(starts) = files.guard.starts() {
        let allowed = starts.into_iter().filter_map(|path| volume(files, path.as_bytes(), ""));
        return Ok(unique(allowed));
    }
    let mounts = fs::read_to_string("/proc/self/mounts")?;
    let mounted = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ');
        let (_, path, kind) = (fields.next()?, fields.next()?, fields.next()?);
        let path = unescaped(path);
        let is_system = [&b"/dev"[..], b"/proc", b"/run", b"/sys"].iter().any(|root| below(&path, root));
        let is_medium = below(&path, b"/run/media");
        if WITHOUT_FILES.contains(&kind) || (is_system && !is_medium) { None } else { Some((path, kind)) }
    });
    let mut mounted: Vec<_> = mounted.collect();
    mounted.sort();
    let home = std::env::var_os("HOME").map(std::os::unix::ffi::OsStringExt::into_vec);
    let first = [(b"/".to_vec(), "")].into_iter().chain(home.map(|home| (home, "home")));
    let all = first.chain(mounted);
    Ok(unique(all.filter_map(|(path, kind)| volume(files, &path, kind))))
}

fn volume(files: &Files, path: &[u8], label: &str) -> Option<Volume> {
    let Ok(Found::Directory(place)) = resolve(path) else { return None };
    files.guard.check(&place).ok()?;
    let (total, free) = space(&place.dir)?;
    let trimmed = path.trim_suffix_slashes();
    let path = FilePath::new(if trimmed.is_empty() { b"/".to_vec() } else { trimmed.to_vec() }).ok()?;
    Some(Volume { path, total, free, label: label.to_owned() })
}

fn unique(volumes: impl Iterator<Item = Volume>) -> Vec<Volume> {
    let mut list: Vec<Volume> = Vec::new();
    for volume in volumes {
        if list.len() < VOLUMES_MAX && !list.iter().any(|known| known.path == volume.path) {
            list.push(volume);
        }
    }
    list
}

fn below(path: &[u8], root: &[u8]) -> bool {
    path.strip_prefix(root).is_some_and(|rest| matches!(rest, [] | [b'/', ..]))
}

/// Undoes the octal escapes with which the system writes blanks.
fn unescaped(text: &str) -> Vec<u8> {
    let mut rest = text.as_bytes();
    let mut bytes = Vec::with_capacity(rest.len());
    while let [first, more @ ..] = rest {
        rest = more;
        match more {
            [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', more @ ..] if *first == b'\\' => {
                bytes.push(((a - b'0') << 6) | ((b - b'0') << 3) | (c - b'0'));
                rest = more;
            }
            _ => bytes.push(*first),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_in_the_names_of_mounts_are_read() {
        assert_eq!(unescaped("/media/my\\040disk\\134x"), b"/media/my disk\\x");
        assert_eq!(unescaped("/plain\\9"), b"/plain\\9");
    }
}
