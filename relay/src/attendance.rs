//! Who is connected. The desk hears when somebody's last connection is lost and when the first is back; what that
//! comes to, and after how long, is its business.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use desk::{AccountId, Participant, presence, session};
use parking_lot::Mutex;

use crate::keeper::{AskError, Caller};
use crate::site::Site;

/// Connections of everybody who has any.
#[derive(Debug, Default)]
pub(crate) struct Attendance(Mutex<BTreeMap<Participant, usize>>);

impl Attendance {
    /// Whether somebody has a connection.
    pub(crate) fn has(&self, who: Participant) -> bool {
        self.0.lock().contains_key(&who)
    }

    /// How many people have one.
    pub(crate) fn count(&self) -> usize {
        self.0.lock().len()
    }

    fn arrive(&self, who: Participant) -> bool {
        let mut counts = self.0.lock();
        let count = counts.entry(who).or_default();
        *count += 1;
        *count == 1
    }

    fn depart(&self, who: Participant) -> bool {
        let mut counts = self.0.lock();
        match counts.get_mut(&who) {
            Some(count) if 1 < *count => {
                *count -= 1;
                false
            }
            _ => counts.remove(&who).is_some(),
        }
    }
}

/// A connection of somebody, for as long as it is kept.
#[derive(Debug)]
pub(crate) struct Present {
    site: Arc<Site>,
    who: Participant,
}

impl Present {
    pub(crate) fn new(site: &Arc<Site>, who: Participant) -> Self {
        if site.attendance.arrive(who) {
            site.tasks.spawn(tell(Arc::clone(site), who));
        }
        Self { site: Arc::clone(site), who }
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        if self.site.attendance.depart(self.who) && !self.site.stop.is_cancelled() {
            self.site.tasks.spawn(tell(Arc::clone(&self.site), self.who));
            if let Participant::Account(account) = self.who {
                self.site.tasks.spawn(close_console(Arc::clone(&self.site), account));
            }
        }
    }
}

/// Tells the desk how it is now. Who comes and goes quickly may be told of twice, but never wrongly at last.
async fn tell(site: Arc<Site>, who: Participant) {
    let command = if site.attendance.has(who) {
        session::Command::MemberBack { who }
    } else {
        session::Command::MemberLost { who }
    };
    report(site.keeper.ask(Caller::RELAY, command).await.map(drop));
}

/// Closes the console of somebody who does not come back within the grace of the site.
pub(crate) async fn close_console(site: Arc<Site>, account: AccountId) {
    let grace_s = site.keeper.read().site().record.lost_technician_grace_s;
    let Some(login) = site.keeper.read().console(account).map(|console| console.login) else { return };
    tokio::select! {
        () = site.stop.cancelled() => return,
        () = tokio::time::sleep(Duration::from_secs(grace_s.into())) => {}
    }
    if !site.attendance.has(Participant::Account(account)) {
        let close = presence::Command::Close { account, login };
        report(site.keeper.ask(Caller::RELAY, close).await.map(drop));
    }
}

fn report(told: Result<(), AskError>) {
    match told {
        Ok(()) | Err(AskError::Stopped) => {}
        Err(error) => tracing::error!(%error, "the desk does not hear who is there"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_connection_count() {
        let (attendance, ann) = (Attendance::default(), Participant::Account(AccountId::new(1)));
        assert!(attendance.arrive(ann) && !attendance.arrive(ann));
        assert!(!attendance.depart(ann) && attendance.has(ann));
        assert!(attendance.depart(ann) && !attendance.has(ann));
        assert!(!attendance.depart(ann), "who is not there cannot go");
    }
}
