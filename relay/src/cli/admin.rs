//! `relay admin …`: first set-up, and the way back in when nobody can log in any more.
//!
//! Works while the relay serves: what ends a login here ends its links there within seconds. Whoever may run it can
//! read the state folder, and so may do everything anyway.

use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::Subcommand;

use crate::config::Config;
use crate::db::{Account, Db};
use crate::login::{Asker, Logins, Sealer, Tracing, readable_password};
use crate::mail::{Server, Text};
use crate::state::StateFolder;

/// Characters of a user name.
const USER_MAX: usize = 64;

#[derive(Debug, Subcommand)]
pub(super) enum Admin {
    /// Makes an account and prints its password.
    CreateAccount {
        /// What is typed to log in.
        #[arg(long)]
        user: String,
        /// How others see it.
        #[arg(long)]
        name: String,
    },
    /// Gives an account a new password, prints it, and ends its logins.
    ResetPassword {
        /// Whose.
        #[arg(long)]
        user: String,
    },
    /// Turns the second factor of an account off, for somebody who lost the device and the recovery codes.
    DisableTotp {
        /// Whose.
        #[arg(long)]
        user: String,
    },
    /// Forgives the wrong passwords of an account, so that nobody has to wait.
    Unlock {
        /// Whose.
        #[arg(long)]
        user: String,
    },
    /// Prints the valid logins of an account, one a line.
    ListLogins {
        /// Whose.
        #[arg(long)]
        user: String,
    },
    /// Sends a letter by the mail server of the configuration, and says what became of it.
    TestMail {
        /// To which address.
        #[arg(long)]
        to: String,
    },
}

/// Does what `relay admin …` says.
pub(super) async fn run(state: &Path, config: &Config, command: Admin) -> Result<()> {
    if let Admin::TestMail { to } = &command {
        return test_mail(config, to).await;
    }
    let state = StateFolder::open(state).context("state folder")?;
    let db = Db::open(&config.database.place(&state).context("state folder")?).await?;
    let sealer = Sealer::open(&state.secrets_key()).context("state folder")?;
    let logins = Logins::new(config.login.clone(), db.clone(), sealer, Box::new(Tracing))?;
    let done = work(&db, &logins, command).await;
    db.close().await;
    done
}

async fn work(db: &Db, logins: &Logins, command: Admin) -> Result<()> {
    match command {
        Admin::CreateAccount { user, name } => create_account(db, logins, &user, &name).await?,
        Admin::ResetPassword { user } => {
            let account = account(db, &user).await?;
            println!("password: {}", logins.reset_password(Asker::OPERATOR, &account).await?);
        }
        Admin::DisableTotp { user } => {
            let account = account(db, &user).await?;
            if !logins.disable_totp(Asker::OPERATOR, account.id).await? {
                bail!("{user} has no second factor");
            }
            println!("{user} logs in by the password alone");
        }
        Admin::Unlock { user } => {
            let account = account(db, &user).await?;
            logins.unlock(Asker::OPERATOR, account.id).await?;
            println!("{user} may try again at once");
        }
        Admin::ListLogins { user } => {
            let account = account(db, &user).await?;
            for login in logins.logins_of(account.id).await? {
                let (created, seen) = (login.created.to_rfc3339(), login.last_seen.to_rfc3339());
                println!("{} {created} {seen} {} {}", login.id, login.address, login.device);
            }
        }
        Admin::TestMail { .. } => {}
    }
    Ok(())
}

async fn account(db: &Db, user: &str) -> Result<Account> {
    db.account(&user.to_lowercase()).await?.with_context(|| format!("there is no account {user}"))
}

async fn create_account(db: &Db, logins: &Logins, user: &str, name: &str) -> Result<()> {
    let user = user.trim().to_lowercase();
    let is_plain = !user.chars().any(|letter| letter.is_control() || letter.is_whitespace());
    if user.is_empty() || USER_MAX < user.chars().count() || !is_plain {
        bail!("a user has 1 to {USER_MAX} characters, none of them a space");
    }
    let password = readable_password();
    let hash = logins.hash(&password).await?;
    match db.add_account(&user, name.trim(), &hash).await {
        Err(error) if error.is_unique_violation() => bail!("there is an account {user} already"),
        made => made?,
    }
    println!("user: {user}\npassword: {password}");
    Ok(())
}

async fn test_mail(config: &Config, to: &str) -> Result<()> {
    let server = Server::new(&config.mail)?.context("mail.server is not set in the configuration")?;
    let text = Text {
        subject: "Nearhand can send mail".to_owned(),
        body: "This is what `relay admin test-mail` sends.\n".to_owned(),
    };
    server.send(to, &text).await?;
    println!("the mail server took it");
    Ok(())
}
