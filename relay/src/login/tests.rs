//! Tests of logins, on both databases where they look at one.

use std::net::Ipv4Addr;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tempfile::TempDir;

use super::*;
use crate::db::on_each_database;

const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Somebody at this machine.
pub(super) const HERE: Asker = Asker { by: By::Visitor, login: None, address: Some(ADDRESS) };

pub(super) fn attempt(user: &'static str, password: &'static str) -> Attempt<'static> {
    Attempt { user, password, code: None, device: "test", address: ADDRESS, browser: None }
}

/// Keeps what it is told.
#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<LoginEvent>>>);

impl Notebook for Kept {
    fn note(&self, note: Note) -> BoxFuture<'_, Result<(), NoteError>> {
        self.0.lock().push(note.event);
        Box::pin(std::future::ready(Ok(())))
    }
}

fn logins_on(folder: &TempDir, db: Db, kept: &Kept) -> Logins {
    let sealer = Sealer::open(&folder.path().join("secrets.key")).expect("a key");
    Logins::new(Config::default(), db, sealer, Box::new(kept.clone())).expect("logins")
}

async fn add_ada(logins: &Logins) {
    let hash = logins.hash("right").await.expect("hashed");
    logins.db.add_account("ada", "Ada", &hash).await.expect("added");
}

/// Logins of one account, on SQLite.
pub(super) async fn logins_with_ada() -> (TempDir, Logins) {
    let folder = tempfile::tempdir().expect("a folder");
    let place = crate::db::Place::File(folder.path().join("relay.sqlite"));
    let db = Db::open(&place).await.expect("opened");
    let logins = logins_on(&folder, db, &Kept::default());
    add_ada(&logins).await;
    (folder, logins)
}

/// Runs a test with the logins of one account, on each database.
async fn on_each(test: impl AsyncFn(Logins, Kept)) {
    on_each_database(async |db| {
        let (folder, kept) = (tempfile::tempdir().expect("a folder"), Kept::default());
        let logins = logins_on(&folder, db, &kept);
        add_ada(&logins).await;
        test(logins, kept).await;
    })
    .await;
}

async fn login_of(logins: &Logins, admitted: &Admitted) -> Option<Login> {
    logins.check(&admitted.token).await.expect("asked")
}

#[tokio::test]
async fn s288_a_logout_is_immediate_and_ends_what_was_open() {
    on_each(async |logins, kept| {
        let admitted = logins.log_in(&attempt("Ada", "right")).await.expect("let in");
        let login = login_of(&logins, &admitted).await.expect("valid");
        assert_eq!(login.user, "ada");
        let ended = logins.ended(login.id);
        logins.log_out(Logins::asker(&login, ADDRESS), &login).await.expect("ended");
        assert!(ended.is_cancelled());
        assert!(login_of(&logins, &admitted).await.is_none());
        assert_eq!(*kept.0.lock(), [LoginEvent::LoggedIn, LoginEvent::LoggedOut]);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_sound_the_same() {
    let (_folder, logins) = logins_with_ada().await;
    for (user, password) in [("ada", "wrong"), ("nobody", "right")] {
        let refused = logins.log_in(&attempt(user, password)).await;
        assert!(matches!(refused, Err(LoginError::Wrong)), "{refused:?}");
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_but_not_for_the_owners_browser() {
    on_each(async |logins, kept| {
        let admitted = logins.log_in(&attempt("ada", "right")).await.expect("let in");
        for _ in 0..Config::default().tries_of_pair {
            let refused = logins.log_in(&attempt("ada", "wrong")).await;
            assert!(matches!(refused, Err(LoginError::Wrong)), "{refused:?}");
        }
        let refused = logins.log_in(&attempt("ada", "right")).await;
        assert!(matches!(refused, Err(LoginError::Throttled(_))), "{refused:?}");
        let owner = Attempt { browser: Some(&admitted.browser), ..attempt("ada", "right") };
        logins.log_in(&owner).await.expect("the owner's browser is let in");
        assert!(kept.0.lock().contains(&LoginEvent::LoginThrottled));

        let ada = logins.db.account("ada").await.expect("asked").expect("known").id;
        logins.unlock(Asker::OPERATOR, ada).await.expect("unlocked");
        logins.log_in(&attempt("ada", "right")).await.expect("forgiven");
    })
    .await;
}

#[tokio::test]
async fn another_password_ends_the_other_logins() {
    on_each(async |logins, kept| {
        let mut admitted = Vec::new();
        for _ in 0..2 {
            admitted.push(logins.log_in(&attempt("ada", "right")).await.expect("let in"));
        }
        let mine = login_of(&logins, &admitted[0]).await.expect("valid");
        let account = logins.confirm_password(&mine, &attempt("", "right")).await.expect("confirmed");
        let asker = Logins::asker(&mine, ADDRESS);
        let common = logins.change_password(asker, &account, "password1234").await;
        assert!(matches!(common, Err(LoginError::Rule(RuleError::Common))), "{common:?}");
        logins.change_password(asker, &account, "gravel otter lantern").await.expect("changed");
        assert!(login_of(&logins, &admitted[0]).await.is_some(), "the one that asked stays");
        assert!(login_of(&logins, &admitted[1]).await.is_none());
        assert!(logins.log_in(&attempt("ada", "right")).await.is_err());
        assert!(kept.0.lock().contains(&LoginEvent::PasswordChanged));

        let made = logins.reset_password(Asker::OPERATOR, &account).await.expect("reset");
        assert!(login_of(&logins, &admitted[0]).await.is_none());
        let typed = Attempt { password: &made, ..attempt("ada", "") };
        logins.log_in(&typed).await.expect("let in by the new one");
    })
    .await;
}

#[tokio::test]
async fn a_login_is_listed_and_can_be_revoked_by_its_account_only() {
    on_each(async |logins, _| {
        let admitted = logins.log_in(&attempt("ada", "right")).await.expect("let in");
        let login = login_of(&logins, &admitted).await.expect("valid");
        let listed = logins.logins_of(login.account).await.expect("listed");
        assert_eq!((listed.len(), listed[0].device.as_str()), (1, "test"));
        let stranger = AccountId::new(login.account.get() + 1);
        assert!(!logins.revoke(HERE, stranger, login.id).await.expect("asked"));
        let open = logins.ended(login.id);
        assert!(logins.revoke(HERE, login.account, login.id).await.expect("ended"));
        assert!(open.is_cancelled() && login_of(&logins, &admitted).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn what_another_process_revoked_ends_here_too() {
    let (_folder, logins) = logins_with_ada().await;
    let admitted = logins.log_in(&attempt("ada", "right")).await.expect("let in");
    let login = login_of(&logins, &admitted).await.expect("valid");
    let open = logins.ended(login.id);
    logins.end_revoked().await.expect("looked");
    assert!(!open.is_cancelled());
    logins.db.revoke_login(login.account, login.id, Moment::now()).await.expect("ended elsewhere");
    logins.end_revoked().await.expect("looked");
    assert!(open.is_cancelled());
}
