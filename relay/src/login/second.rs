//! The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost.

use totp_rs::{Algorithm, Builder, Totp};

use crate::db::{Account, AccountId};
use crate::login::notes::{Asker, LoginEvent};
use crate::login::{LoginError, Logins, hash_of};
use crate::time::Moment;

/// Bytes of a secret: 160 bits, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;

/// Steps that a clock may be off to either side.
const SKEW_STEPS: u16 = 1;

/// Recovery codes that an account gets.
const RECOVERY_CODES: usize = 10;

/// Characters of a code that are looked at. A recovery code has 19.
const CODE_MAX: usize = 32;

/// What an authenticator app is to be told, once.
#[derive(Debug)]
pub(crate) struct Proposal {
    /// Base 32, to type.
    pub(crate) secret: String,
    /// `otpauth://…`, to show as a QR code.
    pub(crate) url: String,
}

impl Logins {
    /// Begins to set a second factor up: the secret for the app. Nothing is asked for before it is confirmed.
    pub(crate) async fn propose_totp(&self, account: &Account) -> Result<Proposal, LoginError> {
        let secret = crate::random::bytes::<SECRET_BYTES>();
        let totp = totp_of(secret.to_vec(), &account.user);
        let url = totp.to_url().map_err(|error| LoginError::Totp(error.to_string()))?;
        let sealed = self.sealer.seal(&owner(account.id), &secret)?;
        if !self.db.propose_totp(account.id, &sealed).await? {
            return Err(LoginError::TotpThere);
        }
        Ok(Proposal { secret: totp.secret().to_base32(), url })
    }

    /// Confirms by a code that the app has the secret. From now on a login wants a code.
    ///
    /// Gives the recovery codes; only their hashes are kept.
    pub(crate) async fn confirm_totp(
        &self,
        asker: Asker,
        account: &Account,
        code: &str,
    ) -> Result<Vec<String>, LoginError> {
        if account.has_totp {
            return Err(LoginError::TotpThere);
        }
        if !self.is_current_code(account, code).await? {
            return Err(LoginError::WrongCode);
        }
        let codes: Vec<String> =
            std::iter::repeat_with(super::readable_password).take(RECOVERY_CODES).collect();
        let hashes: Vec<[u8; 32]> = codes.iter().map(|code| hash_of(code)).collect();
        self.db.enable_totp(account.id, &hashes).await?;
        self.note(LoginEvent::TotpEnabled, asker, Some(account.id), "").await?;
        Ok(codes)
    }

    /// A login of this account no longer wants a code. Whether it did.
    pub(crate) async fn disable_totp(&self, asker: Asker, account: AccountId) -> Result<bool, LoginError> {
        let had = self.db.disable_totp(account).await?;
        if had {
            self.note(LoginEvent::TotpDisabled, asker, Some(account), "").await?;
        }
        Ok(had)
    }

    /// Whether a code is right: one of the app that was not used before, or a recovery code, which it uses up.
    pub(super) async fn takes_code(
        &self,
        asker: Asker,
        account: &Account,
        code: &str,
    ) -> Result<bool, LoginError> {
        if self.is_current_code(account, code).await? {
            return Ok(true);
        }
        let code = code.trim().to_lowercase();
        let is_recovery =
            code.len() <= CODE_MAX && self.db.use_recovery_code(account.id, &hash_of(&code)).await?;
        if is_recovery {
            self.note(LoginEvent::RecoveryCodeUsed, asker, Some(account.id), "").await?;
        }
        Ok(is_recovery)
    }

    async fn is_current_code(&self, account: &Account, code: &str) -> Result<bool, LoginError> {
        let digits: String = code.chars().filter(|letter| !letter.is_whitespace()).take(CODE_MAX).collect();
        let Some(sealed) = self.db.totp_secret(account.id).await? else { return Ok(false) };
        let secret = self.sealer.open_sealed(&owner(account.id), &sealed)?;
        let seconds = Moment::now().to_ms().cast_unsigned() / 1000;
        let Some(step) = totp_of(secret, &account.user).check(&digits, seconds) else { return Ok(false) };
        Ok(self.db.use_totp_step(account.id, step.cast_signed()).await?)
    }
}

/// SHA-1, 6 digits and 30 seconds are what all apps understand.
fn totp_of(secret: Vec<u8>, user: &str) -> Totp {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(SKEW_STEPS)
        .with_step_duration(30)
        .with_secret(secret)
        .with_issuer(Some("Nearhand"))
        .with_account_name(user.replace(':', " "))
        .build_noncompliant()
}

/// What a sealed secret is bound to.
fn owner(account: AccountId) -> String {
    format!("totp of account {account}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::login::tests::{HERE, attempt, logins_with_ada};

    fn code_of(proposal: &Proposal, seconds_later: u64) -> String {
        let totp = Totp::from_url(&proposal.url).expect("a URL for an app");
        let now = Moment::now().to_ms().cast_unsigned() / 1000;
        totp.generate(now + seconds_later).to_string()
    }

    #[tokio::test]
    async fn a_code_lets_in_once_and_a_recovery_code_too() {
        let (_folder, logins) = logins_with_ada().await;
        let ada = logins.db.account("ada").await.expect("asked").expect("known");
        let proposal = logins.propose_totp(&ada).await.expect("proposed");
        logins.log_in(&attempt("ada", "right")).await.expect("not asked for before it is confirmed");
        let wrong = logins.confirm_totp(HERE, &ada, "000000").await;
        assert!(matches!(wrong, Err(LoginError::WrongCode)), "{wrong:?}");
        let codes = logins.confirm_totp(HERE, &ada, &code_of(&proposal, 0)).await.expect("confirmed");

        let asked = logins.log_in(&attempt("ada", "right")).await;
        assert!(matches!(asked, Err(LoginError::CodeWanted)), "{asked:?}");
        let code = code_of(&proposal, 30);
        let with = |code: &str| Some(code.to_owned());
        let mut typed = attempt("ada", "right");
        let (first, recovery) = (with(&code), with(&codes[0]));
        typed.code = first.as_deref();
        logins.log_in(&typed).await.expect("let in by a code");
        let again = logins.log_in(&typed).await;
        assert!(matches!(again, Err(LoginError::WrongCode)), "the same code again: {again:?}");
        typed.code = recovery.as_deref();
        logins.log_in(&typed).await.expect("let in by a recovery code");
        let again = logins.log_in(&typed).await;
        assert!(matches!(again, Err(LoginError::WrongCode)), "the same recovery code again: {again:?}");
    }

    #[tokio::test]
    async fn a_second_factor_that_is_off_is_not_asked_for() {
        let (_folder, logins) = logins_with_ada().await;
        let ada = logins.db.account("ada").await.expect("asked").expect("known");
        let proposal = logins.propose_totp(&ada).await.expect("proposed");
        logins.confirm_totp(HERE, &ada, &code_of(&proposal, 0)).await.expect("confirmed");
        assert!(logins.disable_totp(Asker::OPERATOR, ada.id).await.expect("off"));
        assert!(!logins.disable_totp(Asker::OPERATOR, ada.id).await.expect("off"));
        logins.log_in(&attempt("ada", "right")).await.expect("let in");
    }
}
