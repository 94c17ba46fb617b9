//! Recordings that are old enough are deleted, where the site says how old they may become. Each deletion is a line of the
//! log, written before anything goes.

use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::fs;

use super::{Form, Recorder, path_of};
use crate::db::{Db, DbError, RecordingRow};
use crate::keeper::{ActFact, AskError, Caller, Fact, Keeper};
use crate::time::Moment;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Recordings that are deleted in one go; more wait for the next one, so that the log and the disk have room for others.
const DELETED_MAX: i64 = 500;

/// Why one stays though it is old.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Kept {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("it cannot be written into the log: {0}")]
    NotNoted(#[from] AskError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What recordings are kept by.
pub(crate) struct Shelf<'a> {
    pub(crate) db: &'a Db,
    pub(crate) keeper: &'a Keeper,
    pub(crate) recorder: &'a Recorder,
    pub(crate) state_folder: &'a Path,
}

/// Deletes what has become older than the site wants to keep.
///
/// # Errors
/// [`Kept`] at the first one that cannot be deleted. It, and those behind it, are tried again the next time.
pub(crate) async fn tidy(shelf: &Shelf<'_>, now: Moment) -> Result<(), Kept> {
    let days = shelf.keeper.read().site().record.recordings_kept_days;
    if days == 0 {
        return Ok(());
    }
    for row in shelf.db.recordings_before(now.minus(DAY * days), DELETED_MAX).await? {
        if !shelf.recorder.is_open(row.id) {
            delete(shelf, &row, days).await?;
        }
    }
    Ok(())
}

async fn delete(shelf: &Shelf<'_>, row: &RecordingRow, days: u32) -> Result<(), Kept> {
    let fact = ActFact {
        event: "recording_deleted".to_owned(),
        session: desk::SessionId::new(row.session.cast_unsigned()),
        object: format!("recording:{} of {}", row.id, row.who),
        detail: format!("older than {days} days, {} bytes, begun {}", row.bytes, row.started.to_rfc3339()),
    };
    shelf.keeper.note(Caller::RELAY, Fact::Act(fact)).await?;
    for form in [Form::Cast, Form::Transcript] {
        remove(&path_of(shelf.state_folder, row.id, form)).await?;
    }
    Ok(shelf.db.forget_recording(row.id).await?)
}

/// One that is gone already needs no removal.
async fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use desk::record::{Command, Site};
    use tokio_util::sync::CancellationToken;
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::db::{NewRecording, on_each_database};
    use crate::keeper::audit::{Filter, Order, select};
    use crate::metrics::Metrics;

    const NOW: Moment = Moment::from_ms(1_700_000_000_000);

    async fn recorded(db: &Db, folder: &Path, days_ago: u32) -> i64 {
        let started = NOW.minus(DAY * days_ago);
        let new = NewRecording { session: 7, who: "account:1", program: "/bin/sh", started };
        let id = db.begin_recording(&new).await.expect("begun");
        for form in [Form::Cast, Form::Transcript] {
            let path = path_of(folder, id, form);
            fs::create_dir_all(path.parent().expect("a folder")).await.expect("made");
            fs::write(path, b"shown").await.expect("written");
        }
        db.end_recording(id, 5, started.plus(Duration::from_secs(60))).await.expect("ended");
        id
    }

    #[tokio::test]
    async fn s190_recordings_are_deleted_when_they_are_older_than_the_site_keeps_them() {
        on_each_database(async |db| {
            let (metrics, tasks) = (Metrics::new(), TaskTracker::new());
            let keeper =
                Keeper::load(db.clone(), &metrics, &tasks, CancellationToken::new()).await.expect("loaded");
            let folder = tempfile::tempdir().expect("a folder");
            let (recorder, state_folder) = (Recorder::default(), folder.path());
            let shelf = Shelf { db: &db, keeper: &keeper, recorder: &recorder, state_folder };
            let old = recorded(&db, state_folder, 31).await;
            let young = recorded(&db, state_folder, 29).await;
            let is_there =
                |id| [Form::Cast, Form::Transcript].map(|form| path_of(state_folder, id, form).exists());

            tidy(&shelf, NOW).await.expect("nothing to do");
            assert_eq!(is_there(old), [true, true], "nobody said that they are to go");

            let site = Site { recordings_kept_days: 30, ..Site::default() };
            keeper.ask(Caller::OPERATOR, Command::ChangeSite { version: 1, site }).await.expect("changed");
            tidy(&shelf, NOW).await.expect("tidied");
            assert_eq!((is_there(old), is_there(young)), ([false, false], [true, true]));
            let left: Vec<i64> =
                db.recordings_of(7).await.expect("read").into_iter().map(|row| row.id).collect();
            assert_eq!(left, [young]);
            let filter = Filter { event: Some("recording_deleted".to_owned()), ..Filter::default() };
            let lines = select(&db, &filter, Order::NewestFirst, 10).await.expect("read");
            assert_eq!(lines.len(), 1);
        })
        .await;
    }
}
