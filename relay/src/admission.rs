//! Who may come into which session, with which rights: what the desk says, in the words of the control stream.

use desk::permission::{Permission, Rights};
use desk::session::{Command, Event as SessionEvent, Origin, PasswordProof};
use desk::{Event, ItemId, Participant, Refusal, Rule};
use wire::SessionId;
use wire::control::{Grant, PathLimits, RefusalCode, Right, join};
use wire::limits::{PATH_LIMIT_PATHS_MAX, PATH_LIMITS_MAX};

use crate::db::EndpointId;
use crate::keeper::{AskError, Caller, now};
use crate::site::Site;

/// Why a technician is not admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotAdmitted {
    pub(crate) code: RefusalCode,
    pub(crate) detail: String,
    /// When another try may succeed; 0: not by waiting.
    pub(crate) retry_after_ms: u32,
}

impl NotAdmitted {
    pub(crate) fn new(code: RefusalCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), retry_after_ms: 0 }
    }

    fn not_known() -> Self {
        Self::new(RefusalCode::NotKnown, "there is no such computer or session")
    }
}

impl From<Refusal> for NotAdmitted {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal.rule {
            Rule::NotFound => RefusalCode::NotKnown,
            Rule::Expired | Rule::Used | Rule::Over => RefusalCode::Expired,
            Rule::Full => RefusalCode::Full,
            _ => RefusalCode::NotAllowed,
        };
        let wait = refusal.allowed_at.map_or(0, |at| at.as_millisecond() - now().as_millisecond());
        let retry_after_ms = u32::try_from(wait.max(0)).unwrap_or(u32::MAX);
        Self { code, detail: refusal.detail, retry_after_ms }
    }
}

impl From<AskError> for NotAdmitted {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Refused(refusal) => refusal.into(),
            error => Self { retry_after_ms: 1000, ..Self::new(RefusalCode::Full, error.to_string()) },
        }
    }
}

/// A place in a session that the desk gives.
#[derive(Debug, Clone)]
pub(crate) struct Admission {
    pub(crate) session: SessionId,
    /// The endpoint whose agent it is with, where that is known.
    pub(crate) endpoint: EndpointId,
    /// What the session is called: the computer's name, or the customer's.
    pub(crate) name: String,
    pub(crate) grant: Grant,
    pub(crate) rights: Rights,
}

/// Lets somebody into a session that he is a member of, or starts one with an endpoint by a Jump.
pub(crate) async fn admit(
    site: &Site,
    caller: Caller,
    who: Participant,
    target: Option<join::Target>,
) -> Result<Admission, NotAdmitted> {
    let session = match target {
        Some(join::Target::Session(number)) => desk::SessionId::new(number),
        Some(join::Target::EndpointId(text)) => {
            let item = text.parse::<ItemId>().map_err(|_| NotAdmitted::not_known())?;
            jump(site, caller, who, item).await?
        }
        None => return Err(NotAdmitted::not_known()),
    };
    enter(site, session, who)
}

/// The session with an endpoint: the one in which he is, or one that starts now.
async fn jump(
    site: &Site,
    caller: Caller,
    who: Participant,
    item: ItemId,
) -> Result<desk::SessionId, NotAdmitted> {
    // Who is in a session comes back to it also before its agent does, as after a restart of the relay.
    let here = site
        .keeper
        .read()
        .sessions()
        .iter()
        .find(|(_, state)| state.item() == Some(item) && state.has(who))
        .map(|(&id, _)| id);
    if let Some(session) = here {
        return Ok(session);
    }
    if site.registry.presence(item.into()).is_none() && site.keeper.read().items().contains_key(&item) {
        return Err(NotAdmitted::new(RefusalCode::Offline, "the computer is not connected"));
    }
    let command = Command::Jump { item, password: PasswordProof::None, overrides_schedule: false };
    let happened = site.keeper.ask(caller, command).await?;
    let session = happened.iter().find_map(|news| match news.event() {
        Some(Event::Session(
            SessionEvent::Started { session, .. }
            | SessionEvent::Joined { session, .. }
            | SessionEvent::Owned { session, .. },
        )) => Some(*session),
        _ => None,
    });
    session.ok_or_else(NotAdmitted::not_known)
}

/// A member's place in a session.
fn enter(site: &Site, session: desk::SessionId, who: Participant) -> Result<Admission, NotAdmitted> {
    let desk = site.keeper.read();
    let state = desk.session(session).filter(|state| state.has(who)).ok_or_else(NotAdmitted::not_known)?;
    let endpoint = match state.origin {
        Origin::Jump { item, .. } => item.into(),
        _ => site
            .registry
            .attended(session)
            .ok_or_else(|| NotAdmitted::new(RefusalCode::Offline, "the customer has no agent running"))?,
    };
    let rights = desk.rights(session, who);
    let (name, grant) = (state.customer.name.clone(), grant_of(&rights));
    Ok(Admission { session: SessionId::from_wire(session.get()), endpoint, name, grant, rights })
}

/// What rights come to for the screen.
pub(crate) fn grant_of(rights: &Rights) -> Grant {
    let view = rights.has(Permission::View);
    Grant { view, control: view && rights.has(Permission::Control) }
}

/// What an agent is told of somebody's rights.
pub(crate) fn rights_on_wire(rights: &Rights) -> Vec<i32> {
    let has_paths = paths_on_wire(rights).is_some();
    let may_be_said = |right: &Right| has_paths || !is_of_files(*right);
    let rights = rights.permissions.iter().filter_map(|&permission| right_of(permission));
    rights.filter(may_be_said).map(Into::into).collect()
}

/// Whether a right is worth nothing to somebody whose limits on paths cannot be told.
fn is_of_files(right: Right) -> bool {
    matches!(right, Right::ListFiles | Right::Upload | Right::Download | Right::ChangeFiles)
}

/// Bytes of all directories that limits on paths may name in one grant, with room for what else is in it.
const PATHS_BYTES_MAX: usize = 32 << 10;

/// Where files may go, for an agent; `None` when that is more than a grant can say, and files are out of the question.
pub(crate) fn paths_on_wire(rights: &Rights) -> Option<Vec<PathLimits>> {
    let all = rights.paths.iter().flat_map(|limits| limits.allow.iter().chain(&limits.deny));
    let bytes: usize = all.map(|path| path.len() + 4).sum();
    let counts = rights.paths.iter().flat_map(|limits| [limits.allow.len(), limits.deny.len()]);
    let is_too_much = PATHS_BYTES_MAX < bytes
        || PATH_LIMITS_MAX < rights.paths.len()
        || counts.into_iter().any(|count| PATH_LIMIT_PATHS_MAX < count);
    let on_wire = |limits: &desk::permission::PathLimits| PathLimits {
        allow: limits.allow.clone(),
        deny: limits.deny.clone(),
    };
    (!is_too_much).then(|| rights.paths.iter().map(on_wire).collect())
}

/// The same text for the same person, and for nobody else.
pub(crate) fn participant_on_wire(who: Participant) -> String {
    match who {
        Participant::Account(id) => format!("account {id}"),
        Participant::External(id) => format!("external {id}"),
    }
}

/// What a permission is called on the wire, if it is about what happens inside of a session.
fn right_of(permission: Permission) -> Option<Right> {
    Some(match permission {
        Permission::View => Right::View,
        Permission::Control => Right::Control,
        Permission::RestrictCustomer => Right::RestrictCustomer,
        Permission::Shell => Right::Shell,
        Permission::ListFiles => Right::ListFiles,
        Permission::Upload => Right::Upload,
        Permission::Download => Right::Download,
        Permission::ChangeFiles => Right::ChangeFiles,
        Permission::ReadClipboard => Right::ReadClipboard,
        Permission::WriteClipboard => Right::WriteClipboard,
        Permission::SystemInformation => Right::SystemInformation,
        Permission::ManageProcesses => Right::ManageProcesses,
        Permission::Actions => Right::Actions,
        Permission::Scripts => Right::Scripts,
        Permission::RunAs => Right::RunAs,
        Permission::InstallJumpItems
        | Permission::GenerateKeys
        | Permission::ShareWithOtherTeams
        | Permission::InviteExternals
        | Permission::Jump
        | Permission::AllJumpItems
        | Permission::TeamPersonalItems
        | Permission::EditJumpPolicies
        | Permission::Reports => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_on_paths_that_no_grant_can_say_take_files_away() {
        let permissions = [Permission::Upload, Permission::View].into();
        let deny = (0..100).map(|number| format!("/srv/{number}/{}", "x".repeat(1000))).collect();
        let paths = vec![desk::permission::PathLimits { allow: vec!["/srv".to_owned()], deny }];
        let mut rights = Rights { permissions, paths };
        assert_eq!(rights_on_wire(&rights), [Right::View as i32]);
        rights.paths[0].deny.truncate(3);
        assert_eq!(rights_on_wire(&rights), [Right::View as i32, Right::Upload as i32]);
        assert_eq!(paths_on_wire(&rights).map(|paths| paths[0].deny.len()), Some(3));
    }

    #[test]
    fn every_permission_of_a_session_has_its_own_right_and_no_other_has_one() {
        let rights: Vec<Right> =
            Permission::ALL.iter().filter_map(|&permission| right_of(permission)).collect();
        let of_session = Permission::ALL.iter().filter(|permission| permission.is_of_session()).count();
        let different: std::collections::BTreeSet<i32> = rights.iter().map(|&right| right.into()).collect();
        assert_eq!((rights.len(), different.len()), (of_session, of_session));
    }
}
