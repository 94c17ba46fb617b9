//! What a new site begins with, so that it is of use at once: an administrator, a team, a portal, and a group into
//! which computers are enrolled.

use desk::permission::Permission;
use desk::record::{
    Account, Command, Event as RecordEvent, Grant, Grantee, JumpGroup, JumpRight, Portal, Record, RecordId,
    Role, Team, TeamRole,
};
use desk::{AccountId, Event, RoleId, TeamId};

use crate::db::{DbError, sql};
use crate::keeper::{AskError, Caller, Keeper};
use crate::login::{Logins, PasswordError, readable_password};

/// The user of the account that the first start makes.
const ADMINISTRATOR: &str = "admin";

/// Why a new site has not what it begins with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FirstError {
    /// The desk refuses, or cannot write.
    #[error("the first records: {0}")]
    Desk(String),
    /// The password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The password could not be stored.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<AskError> for FirstError {
    fn from(error: AskError) -> Self {
        Self::Desk(error.to_string())
    }
}

/// User and password of the administrator of a new site; nothing when somebody can log in already.
///
/// The password is stored last: a start that was cut off before goes on from where it was.
pub(crate) async fn make(keeper: &Keeper, logins: &Logins) -> Result<Option<(String, String)>, FirstError> {
    let db = keeper.db();
    if db.holds(sql("SELECT EXISTS (SELECT 1 FROM accounts WHERE password_hash <> '')")).await? {
        return Ok(None);
    }
    let known = keeper.read().accounts().iter().next().map(|(id, _)| id);
    let administrator = match known {
        Some(id) => id,
        None => AccountId::new(create(keeper, Record::Account(administrator())).await?.number()),
    };
    if keeper.read().portals().is_empty() {
        furnish(keeper, administrator).await?;
    }
    let password = readable_password();
    let hash = logins.hash(&password).await?;
    let store = sql("UPDATE accounts SET password_hash = $1 WHERE id = $2");
    db.run(store.bind(hash).bind(administrator.get().cast_signed())).await?;
    Ok(Some((ADMINISTRATOR.to_owned(), password)))
}

fn administrator() -> Account {
    Account {
        user: ADMINISTRATOR.to_owned(),
        name: "Administrator".to_owned(),
        is_enabled: true,
        is_administrator: true,
        ..Account::default()
    }
}

/// A team with the administrator in it, a group of computers that the team reaches, and the portal.
async fn furnish(keeper: &Keeper, administrator: AccountId) -> Result<(), FirstError> {
    let team = Team {
        name: "Support".to_owned(),
        members: [(administrator, TeamRole::Manager)].into(),
        ..Team::default()
    };
    let team = TeamId::new(create(keeper, Record::Team(team)).await?.number());
    let role = Role {
        name: "Everything".to_owned(),
        rights: [JumpRight::Start, JumpRight::Add, JumpRight::Edit, JumpRight::Remove].into(),
        session: Permission::ALL.iter().copied().filter(|permission| permission.is_of_session()).collect(),
    };
    let role = RoleId::new(create(keeper, Record::Role(role)).await?.number());
    let group = JumpGroup {
        name: "Computers".to_owned(),
        access: vec![Grant { to: Grantee::Team(team), role }],
        ..JumpGroup::default()
    };
    create(keeper, Record::JumpGroup(group)).await?;
    let portal = Portal {
        name: "Home".to_owned(),
        path: "/".to_owned(),
        takes_keys: true,
        shows_technicians: true,
        ..Portal::default()
    };
    create(keeper, Record::Portal(portal)).await?;
    Ok(())
}

async fn create(keeper: &Keeper, record: Record) -> Result<RecordId, FirstError> {
    let happened = keeper.ask(Caller::OPERATOR, Command::Create { record }).await?;
    happened
        .iter()
        .find_map(|news| match news.event() {
            Some(Event::Record(RecordEvent::Created { id, .. })) => Some(*id),
            _ => None,
        })
        .ok_or_else(|| FirstError::Desk("nothing was created".to_owned()))
}
