//! What is left of files that were begun to be sent by an agent that did not end in good order: swept from a directory when
//! something is sent there again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use platform::files::{Directory, FileError};
use wire::file::{FileKind, FilePath};

use super::uploads::Uploads;

/// An unfinished file to which nothing was added for so long is nobody's: sessions are over long before.
const STALE_AFTER: Duration = Duration::from_secs(24 * 3600);

/// What every name of an unfinished file begins and ends with.
const FRONT: &str = ".nearhand-";
const END: &str = ".part";

/// The name of an unfinished file.
pub(super) fn interim_name(own: &str) -> FilePath {
    FilePath::new(format!("{FRONT}{own}{END}"))
        .unwrap_or_else(|_| unreachable!("a name of digits and letters"))
}

/// Deletes what nobody goes on with, unless the directory was swept lately.
pub(super) fn sweep(directory: &Directory, uploads: &Uploads) {
    if uploads.is_due_to_sweep(&directory.path()) {
        match sweep_at(directory, uploads, SystemTime::now()) {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, directory = %directory.path(), "unfinished files swept"),
            // Who may only write somewhere may not read what is there.
            Err(error) => tracing::debug!(%error, directory = %directory.path(), "not swept"),
        }
    }
}

fn sweep_at(directory: &Directory, uploads: &Uploads, now: SystemTime) -> Result<usize, FileError> {
    let before = now.duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(STALE_AFTER).as_millis();
    let mut swept = 0;
    for name in directory.names()?.iter().filter(|name| is_interim(name)) {
        let Ok(item) = directory.item(name) else { continue };
        let is_stale = item.kind == FileKind::File && u128::from(item.modified_ms) < before;
        // Somebody else's, or one with another name, too, does not open.
        if is_stale && !uploads.holds(name) && directory.reopen(name).is_ok() {
            directory.remove(name)?;
            swept += 1;
        }
    }
    Ok(swept)
}

fn is_interim(name: &FilePath) -> bool {
    let name = name.as_bytes();
    name.starts_with(FRONT.as_bytes()) && name.ends_with(END.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use platform::files::Files;

    use super::*;

    #[test]
    fn only_unfinished_files_of_long_ago_are_swept() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = SystemTime::now();
        for (name, age_h) in [
            (".nearhand-00ff.part", 25),
            (".nearhand-00ff-1.part", 48),
            (".nearhand-aa.part", 23),
            (".nearhand-notes", 48),
            ("film.part", 48),
        ] {
            let file = File::create(folder.path().join(name)).expect("made");
            file.set_modified(now - Duration::from_secs(age_h * 3600)).expect("aged");
        }
        let path = FilePath::new(folder.path().as_os_str().as_encoded_bytes().to_vec()).expect("a path");
        let directory = Files::within(&[]).directory(&path).expect("a directory");
        let uploads = Uploads::default();
        assert_eq!(sweep_at(&directory, &uploads, now).expect("swept"), 2);
        let left =
            fs::read_dir(folder.path()).expect("read").map(|entry| entry.expect("an entry").file_name());
        let mut left: Vec<_> = left.map(|name| name.to_string_lossy().into_owned()).collect();
        left.sort();
        assert_eq!(left, [".nearhand-aa.part", ".nearhand-notes", "film.part"]);
    }

    #[test]
    fn a_directory_is_not_swept_for_every_file() {
        let uploads = Uploads::default();
        let [one, other] = ["/one", "/other"].map(|path| FilePath::new(path).expect("a path"));
        assert!(uploads.is_due_to_sweep(&one));
        assert!(!uploads.is_due_to_sweep(&one));
        assert!(uploads.is_due_to_sweep(&other));
    }
}
