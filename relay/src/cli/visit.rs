//! The desk from the command line: the same rules and the same log as those of a relay that serves beside it.

use std::path::Path;

use anyhow::{Context, Result};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::db::Db;
use crate::keeper::Keeper;
use crate::login::{Logins, Sealer};
use crate::metrics::Metrics;
use crate::state::StateFolder;

/// The parts of a relay that a command works with.
pub(super) struct Visit {
    pub(super) state: StateFolder,
    pub(super) db: Db,
    pub(super) keeper: Keeper,
    pub(super) logins: Logins,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Visit {
    pub(super) async fn open(folder: &Path, config: &Config) -> Result<Self> {
        let state = StateFolder::open(folder).context("state folder")?;
        let db = Db::open(&config.database.place(&state).context("state folder")?).await?;
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let keeper = Keeper::load(db.clone(), &Metrics::new(), &tasks, stop.clone()).await?;
        let sealer = Sealer::open(&state.secrets_key()).context("state folder")?;
        let logins = Logins::new(config.login.clone(), db.clone(), sealer, Box::new(keeper.clone()))?;
        Ok(Self { state, db, keeper, logins, tasks, stop })
    }

    /// Ends it; what was asked for is on the disk already.
    pub(super) async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.db.close().await;
    }
}
