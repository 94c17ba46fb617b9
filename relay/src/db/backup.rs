//! Copies of an SQLite database, made while the relay serves, and the way back.
//!
//! PostgreSQL has tools of its own for this, and the messages here name them.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use crate::db::{BUSY_TIMEOUT, DbError, MIGRATIONS_OF_SQLITE, Place};
use crate::time::Moment;

/// Why a copy was not made, or not put back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackupError {
    #[error(
        "the database is in PostgreSQL, which has its own tools: make a copy by `pg_dump --format=custom`"
    )]
    ServersToDump,
    #[error(
        "the database is in PostgreSQL, which has its own tools: put a copy back by `pg_restore --clean`"
    )]
    ServersToRestore,
    #[error("{0} is there already; a copy never replaces a file")]
    Exists(PathBuf),
    #[error("{0} has no database of a relay in it")]
    Empty(PathBuf),
    #[error("{path} is damaged: {problem}")]
    Damaged { path: PathBuf, problem: String },
    #[error("{path} has schema {got}, from a newer relay; this one knows schemas up to {known}")]
    Newer { path: PathBuf, got: i64, known: i64 },
    #[error("the database in use is newer: last used {in_use}, the copy {copy}; --force puts it back anyway")]
    OverNewer { in_use: String, copy: String },
    #[error("{path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}

/// Copies the database into a new file that only its owner may read, whole or not at all.
///
/// What others write in the meantime is not in it.
pub(crate) async fn back_up(place: &Place, to: &Path) -> Result<(), BackupError> {
    let Place::File(path) = place else { return Err(BackupError::ServersToDump) };
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let mut source = open(path).await?;
    check(&mut source, path).await?;
    copy(&mut source, to).await?;
    source.close().await?;
    Ok(())
}

/// Puts a copy in the place of the database, which is kept beside it as `relay.sqlite.replaced`.
///
/// Nobody may have the database open. All logins of the copy end, since some may have been revoked after it was
/// made. Refuses to go back behind what is there, unless forced.
pub(crate) async fn restore(place: &Place, from: &Path, force: bool) -> Result<(), BackupError> {
    let Place::File(path) = place else { return Err(BackupError::ServersToRestore) };
    let mut source = open(from).await?;
    check(&mut source, from).await?;
    let copy_used = last_used(&mut source).await?;

    let mut old = open(path).await?;
    if has_schema(&mut old).await? {
        let old_used = last_used(&mut old).await?;
        if copy_used < old_used && !force {
            let (in_use, copy) = (old_used.to_rfc3339(), copy_used.to_rfc3339());
            return Err(BackupError::OverNewer { in_use, copy });
        }
        // Closing it then removes the log, which must not meet the other file.
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut old).await?;
    }
    old.close().await?;

    let fresh = beside(path, "restored");
    remove_if_there(&fresh)?;
    copy(&mut source, &fresh).await?;
    source.close().await?;
    end_logins(&fresh).await?;
    put_in_place(path, &fresh)
}

fn put_in_place(path: &Path, fresh: &Path) -> Result<(), BackupError> {
    for log in ["sqlite-wal", "sqlite-shm"] {
        remove_if_there(&path.with_extension(log))?;
    }
    let replaced = beside(path, "replaced");
    remove_if_there(&replaced)?;
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| BackupError::File { path, source }
    };
    std::fs::hard_link(path, &replaced).map_err(at(&replaced))?;
    std::fs::rename(fresh, path).map_err(at(path))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

async fn open(path: &Path) -> Result<SqliteConnection, BackupError> {
    if !path.exists() {
        return Err(BackupError::Empty(path.to_owned()));
    }
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(BUSY_TIMEOUT);
    Ok(options.connect().await?)
}

async fn has_schema(database: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')")
        .fetch_one(database)
        .await
}

/// A whole database of a relay, no newer than this one.
async fn check(database: &mut SqliteConnection, path: &Path) -> Result<(), BackupError> {
    let damaged = |problem: String| BackupError::Damaged { path: path.to_owned(), problem };
    let problem: String = sqlx::query_scalar("PRAGMA integrity_check(1)")
        .fetch_one(&mut *database)
        .await
        .map_err(|error| damaged(error.to_string()))?;
    if problem != "ok" {
        return Err(damaged(problem));
    }
    if !has_schema(&mut *database).await? {
        return Err(BackupError::Empty(path.to_owned()));
    }
    let got: i64 = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations")
        .fetch_one(&mut *database)
        .await?;
    let known = MIGRATIONS_OF_SQLITE.iter().map(|migration| migration.version).max().unwrap_or(0);
    if known < got {
        return Err(BackupError::Newer { path: path.to_owned(), got, known });
    }
    Ok(())
}

/// When somebody was last seen in it, or changed something.
async fn last_used(database: &mut SqliteConnection) -> Result<Moment, sqlx::Error> {
    let ms: i64 = sqlx::query_scalar(
        "SELECT coalesce(max(at), 0) FROM (
            SELECT max(last_seen_ms) AS at FROM logins UNION ALL SELECT max(last_seen_ms) FROM endpoints
            UNION ALL SELECT max(created_ms) FROM accounts UNION ALL SELECT max(at_ms) FROM audit)",
    )
    .fetch_one(database)
    .await?;
    Ok(Moment::from_ms(ms))
}

async fn copy(source: &mut SqliteConnection, to: &Path) -> Result<(), BackupError> {
    let unfinished = beside(to, "unfinished");
    remove_if_there(&unfinished)?;
    let at = |source| BackupError::File { path: to.to_owned(), source };
    // Made here, for its mode: SQLite writes into a file that is there and empty.
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished).map_err(at)?;
    let name = unfinished.to_string_lossy().into_owned();
    sqlx::query("VACUUM INTO $1").bind(name).execute(source).await?;
    File::open(&unfinished).and_then(|file| file.sync_all()).map_err(at)?;
    std::fs::rename(&unfinished, to).map_err(at)
}

async fn end_logins(path: &Path) -> Result<(), BackupError> {
    let mut database = open(path).await?;
    sqlx::query("UPDATE logins SET revoked_ms = $1 WHERE revoked_ms IS NULL")
        .bind(Moment::now().to_ms())
        .execute(&mut database)
        .await?;
    database.close().await?;
    Ok(())
}

/// `relay.sqlite` becomes `relay.sqlite.what`.
fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(what);
    PathBuf::from(name)
}

fn remove_if_there(path: &Path) -> Result<(), BackupError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(BackupError::File { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;

    use super::*;
    use crate::db::{Db, NewLogin};

    struct Desk {
        folder: tempfile::TempDir,
        place: Place,
        db: Db,
    }

    impl Desk {
        async fn open() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let place = Place::File(folder.path().join("relay.sqlite"));
            let db = Db::open(&place).await.expect("opened");
            db.add_account("ada", "Ada", "hash").await.expect("added");
            Self { folder, place, db }
        }

        fn copy(&self) -> PathBuf {
            self.folder.path().join("copy.sqlite")
        }

        async fn log_in(&self, token_hash: [u8; 32]) {
            let account = self.db.account("ada").await.expect("asked").expect("known").id;
            let expires = Moment::now().plus(Duration::from_secs(60));
            let new = NewLogin { account, token_hash, device: "", address: "", expires };
            self.db.add_login(&new).await.expect("added");
        }
    }

    #[tokio::test]
    async fn a_copy_made_while_the_database_is_open_comes_back_whole_and_without_logins() {
        let desk = Desk::open().await;
        desk.log_in([1; 32]).await;
        back_up(&desk.place, &desk.copy()).await.expect("copied");
        let mode = std::fs::metadata(desk.copy()).expect("metadata").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = back_up(&desk.place, &desk.copy()).await;
        assert!(matches!(again, Err(BackupError::Exists(_))), "{again:?}");

        desk.db.add_account("late", "Late", "hash").await.expect("added");
        desk.db.close().await;
        restore(&desk.place, &desk.copy(), true).await.expect("put back");
        let db = Db::open(&desk.place).await.expect("opened");
        assert!(db.account("ada").await.expect("asked").is_some());
        assert!(db.account("late").await.expect("asked").is_none());
        assert!(db.login(&[1; 32], Moment::now()).await.expect("asked").is_none(), "may have been revoked");
        assert!(desk.folder.path().join("relay.sqlite.replaced").exists());
    }

    #[tokio::test]
    async fn a_newer_database_is_not_replaced_unless_forced() {
        let desk = Desk::open().await;
        back_up(&desk.place, &desk.copy()).await.expect("copied");
        desk.log_in([1; 32]).await;
        let (login, _) = desk.db.login(&[1; 32], Moment::now()).await.expect("asked").expect("valid");
        let later = Moment::now().plus(Duration::from_secs(60));
        desk.db.saw_login(login.id, later).await.expect("written");
        desk.db.close().await;
        let refused = restore(&desk.place, &desk.copy(), false).await;
        assert!(matches!(refused, Err(BackupError::OverNewer { .. })), "{refused:?}");
        let db = Db::open(&desk.place).await.expect("opened");
        assert!(db.login(&[1; 32], Moment::now()).await.expect("asked").is_some());
    }

    #[tokio::test]
    async fn what_is_no_copy_is_not_put_back() {
        let desk = Desk::open().await;
        desk.db.close().await;
        let nothing = restore(&desk.place, &desk.copy(), true).await;
        assert!(matches!(nothing, Err(BackupError::Empty(_))), "{nothing:?}");
        std::fs::write(desk.copy(), vec![b'x'; 9000]).expect("written");
        let noise = restore(&desk.place, &desk.copy(), true).await;
        assert!(matches!(noise, Err(BackupError::Damaged { .. } | BackupError::Db(_))), "{noise:?}");
        let db = Db::open(&desk.place).await.expect("opened");
        assert!(db.has_accounts().await.expect("asked"));
    }
}
