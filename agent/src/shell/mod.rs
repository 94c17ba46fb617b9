//! The command shells of this computer: who started which, and how long one waits for him to come back.
//!
//! A shell outlives the stream through which it is seen, and the link below that: a technician whose line was gone
//! for a moment finds it as it went on without him. It ends with its program, by its technician's wish, when he or
//! his right is gone for good, or when nobody looked at it for [`LINGER`].

mod log;
mod pace;
mod program;
mod serve;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use wire::shell::Size;
use wire::{SessionId, ShellId};

pub(crate) use serve::serve;

use program::{Look, Shell};

/// How long a shell runs on while nobody looks at it: as long as the desk waits for a lost technician, twice.
const LINGER: Duration = Duration::from_secs(120);

/// Shells at a time: a technician with a tab for everything. Each costs three threads and 256 kB.
const SHELLS_MAX: usize = 32;

/// Somebody in a session; the only one who may come back to what he started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) session: SessionId,
    /// The relay's name for him, the same on every seat.
    pub(crate) participant: String,
}

/// Why there is no shell.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoShell {
    #[error("this computer runs {SHELLS_MAX} shells already")]
    Full,
    #[error("this shell is over")]
    NotKnown,
    #[error("no shell could be started: {0}")]
    NotStarted(#[from] io::Error),
}

/// All shells of this computer. Cheap to clone; they end with the last clone.
#[derive(Clone, Default)]
pub struct Shells(Arc<Table>);

#[derive(Default)]
struct Table {
    rows: Mutex<Rows>,
}

#[derive(Default)]
struct Rows {
    last: u64,
    shells: BTreeMap<ShellId, (Owner, Arc<Shell>)>,
}

impl Shells {
    /// A new shell for somebody.
    fn start(&self, owner: &Owner, size: Size) -> Result<(ShellId, Arc<Shell>), NoShell> {
        let mut rows = self.0.rows.lock();
        rows.shells.retain(|_, (_, shell)| !shell.has_ended());
        if SHELLS_MAX <= rows.shells.len() {
            return Err(NoShell::Full);
        }
        let shell = Shell::start(size)?;
        rows.last += 1;
        let id = ShellId::from_wire(rows.last);
        rows.shells.insert(id, (owner.clone(), Arc::clone(&shell)));
        Ok((id, shell))
    }

    /// A shell that somebody started earlier; nobody else's.
    fn find(&self, owner: &Owner, id: ShellId) -> Result<Arc<Shell>, NoShell> {
        let rows = self.0.rows.lock();
        let (_, shell) = rows.shells.get(&id).filter(|(of, _)| of == owner).ok_or(NoShell::NotKnown)?;
        Ok(Arc::clone(shell))
    }

    /// Forgets a shell whose end was seen, or ends it.
    fn end(&self, id: ShellId) {
        let shell = self.0.rows.lock().shells.remove(&id);
        if let Some((_, shell)) = shell {
            shell.end();
        }
    }

    /// The look at a shell is over; unless somebody is back in time, so is the shell.
    fn left(&self, id: ShellId, look: &Look) {
        let number = look.number();
        let (table, shell) = (Arc::downgrade(&self.0), Arc::downgrade(look.shell()));
        // Without a runtime the agent is ending, and its shells with it.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            tokio::time::sleep(LINGER).await;
            let (Some(table), Some(shell)) = (table.upgrade(), shell.upgrade()) else { return };
            if shell.is_left_since(number) {
                tracing::info!(shell = %id, "nobody came back to a shell, it is ended");
                Self(table).end(id);
            }
        });
    }

    /// Somebody is out of a session, or must not use shells any more: his end.
    pub(crate) fn end_of(&self, owner: &Owner) {
        self.end_where(|of| of == owner);
    }

    /// A session is over: all of its shells end.
    pub(crate) fn end_session(&self, session: SessionId) {
        self.end_where(|of| of.session == session);
    }

    fn end_where(&self, is_meant: impl Fn(&Owner) -> bool) {
        let mut rows = self.0.rows.lock();
        let ended = rows.shells.extract_if(.., |_, (of, _)| is_meant(of));
        for (id, (_, shell)) in ended {
            tracing::info!(shell = %id, "shell ended with its technician's session");
            shell.end();
        }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        for (_, shell) in self.rows.get_mut().shells.values() {
            shell.end();
        }
    }
}
