//! What people do for their own security, and administrators for theirs: logins and passwords.

use crate::db::{Account, AccountId, Login, LoginId, LoginLine};
use crate::login::notes::{Asker, By, LoginEvent};
use crate::login::{Attempt, LoginError, Logins, readable_password, rules};
use crate::time::Moment;

impl Logins {
    /// Who asks, by a login.
    pub(crate) fn asker(login: &Login, address: std::net::IpAddr) -> Asker {
        Asker { by: By::Account(login.account), login: Some(login.id), address: Some(address) }
    }

    /// The account behind a login.
    pub(crate) async fn account_of(&self, login: &Login) -> Result<Account, LoginError> {
        self.db.account_by_id(login.account).await?.ok_or(LoginError::Wrong)
    }

    /// The account behind a login, after its owner has typed the password again.
    ///
    /// Each try is charged like a login: whoever finds a browser unlocked cannot guess here either.
    pub(crate) async fn confirm_password(
        &self,
        login: &Login,
        attempt: &Attempt<'_>,
    ) -> Result<Account, LoginError> {
        let mut account = self.account_of(login).await?;
        let has_totp = account.has_totp;
        // The second factor was asked for at the login.
        account.has_totp = false;
        let user = account.user.clone();
        let asker = Self::asker(login, attempt.address);
        let (account, _) = self.prove(asker, &user, Some(account), attempt).await?;
        Ok(Account { has_totp, ..account })
    }

    /// Ends a login by its owner, and all that was opened with it.
    pub(crate) async fn log_out(&self, asker: Asker, login: &Login) -> Result<(), LoginError> {
        self.db.revoke_login(login.account, login.id, Moment::now()).await?;
        self.live.end(login.id);
        self.note(LoginEvent::LoggedOut, asker, Some(login.account), "").await?;
        Ok(())
    }

    /// The valid logins of an account.
    pub(crate) async fn logins_of(&self, account: AccountId) -> Result<Vec<LoginLine>, LoginError> {
        Ok(self.db.logins_of(account, Moment::now()).await?)
    }

    /// Ends a login of an account from elsewhere. Whether there was one to end.
    pub(crate) async fn revoke(
        &self,
        asker: Asker,
        account: AccountId,
        login: LoginId,
    ) -> Result<bool, LoginError> {
        let ended = self.db.revoke_login(account, login, Moment::now()).await?;
        if ended {
            self.live.end(login);
            self.note(LoginEvent::LoginRevoked, asker, Some(account), &format!("login {login}")).await?;
        }
        Ok(ended)
    }

    /// Gives an account another password, and ends its logins but the one that asks.
    pub(crate) async fn change_password(
        &self,
        asker: Asker,
        account: &Account,
        password: &str,
    ) -> Result<(), LoginError> {
        let min = self.config.password_characters_min as usize;
        rules::check(password, min, &[&account.user])?;
        self.set_password(asker, account, password, LoginEvent::PasswordChanged).await
    }

    /// Gives an account a password that the relay chose, and ends all its logins. Gives the password.
    pub(crate) async fn reset_password(&self, asker: Asker, account: &Account) -> Result<String, LoginError> {
        let password = readable_password();
        let nobody = Asker { login: None, ..asker };
        self.set_password(nobody, account, &password, LoginEvent::PasswordReset).await?;
        Ok(password)
    }

    async fn set_password(
        &self,
        asker: Asker,
        account: &Account,
        password: &str,
        event: LoginEvent,
    ) -> Result<(), LoginError> {
        let hash = self.hash(password).await?;
        for ended in self.db.set_password(account.id, &hash, asker.login).await? {
            self.live.end(ended);
        }
        Ok(self.note(event, asker, Some(account.id), "").await?)
    }

    /// Forgives the wrong passwords of an account, at every relay that shares the database.
    pub(crate) async fn unlock(&self, asker: Asker, account: AccountId) -> Result<(), LoginError> {
        self.db.unlock_account(account).await?;
        Ok(self.note(LoginEvent::Unlocked, asker, Some(account), "").await?)
    }
}
