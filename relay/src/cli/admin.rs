//! `relay admin …`: first set-up, and the way back in when nobody can log in any more.
//!
//! Works while the relay serves: what ends a login here ends its links there within seconds. Whoever may run it can
//! read the state folder, and so may do everything anyway.

use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use desk::record;

use crate::cli::visit::Visit;
use crate::config::Config;
use crate::db::{Account, Db};
use crate::keeper::Caller;
use crate::login::Asker;
use crate::mail::{Server, Text};

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
        /// May change everything.
        #[arg(long)]
        administrator: bool,
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
    let visit = Visit::open(state, config).await?;
    let done = work(&visit, command).await;
    visit.close().await;
    done
}

async fn work(visit: &Visit, command: Admin) -> Result<()> {
    let (db, logins) = (&visit.db, &visit.logins);
    match command {
        Admin::CreateAccount { user, name, administrator } => {
            create_account(visit, user, name, administrator).await?;
        }
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

async fn create_account(visit: &Visit, user: String, name: String, is_administrator: bool) -> Result<()> {
    let record = record::Account {
        user: user.clone(),
        name,
        is_enabled: true,
        is_administrator,
        ..record::Account::default()
    };
    let create = record::Command::Create { record: record::Record::Account(record) };
    visit.keeper.ask(Caller::OPERATOR, create).await?;
    let account = account(&visit.db, &user).await?;
    let password = visit.logins.reset_password(Asker::OPERATOR, &account).await?;
    println!("user: {}\npassword: {password}", account.user);
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
