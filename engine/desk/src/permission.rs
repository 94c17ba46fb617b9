//! What accounts may do: permissions with three values, and the rule that any denial wins.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Refusal, TeamId, fields};

/// Directories that one source may name.
const PATHS_MAX: usize = 100;

/// Characters of one of them.
const PATH_MAX: usize = 1024;

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// Something that an account may be allowed.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
        #[serde(rename_all = "snake_case")]
        pub enum Permission {
            $($(#[$doc])* $name,)+
        }

        impl Permission {
            /// All of them, in the order in which they are shown.
            pub const ALL: &[Self] = &[$(Self::$name,)+];
        }
    };
}

permissions! {
    /// See the screen of a session.
    View,
    /// Move its mouse and type.
    Control,
    /// Blank its screen and block its own mouse and keyboard.
    RestrictCustomer,
    /// Open command shells.
    Shell,
    /// Look at files and directories.
    ListFiles,
    /// Send files to the endpoint.
    Upload,
    /// Fetch files from the endpoint.
    Download,
    /// Make, rename and delete files and directories.
    ChangeFiles,
    /// Read what was copied at the endpoint.
    ReadClipboard,
    /// Put something into the endpoint's clipboard.
    WriteClipboard,
    /// See its system information.
    SystemInformation,
    /// End processes, restart services.
    ManageProcesses,
    /// Special actions: lock, log off, restart …
    Actions,
    /// Canned scripts.
    Scripts,
    /// Act as another user of the endpoint, with credentials.
    RunAs,
    /// Install a Jump agent on a computer that is in a session, or on others.
    InstallJumpItems,
    /// Make session keys.
    GenerateKeys,
    /// Transfer sessions to, and share them with, teams of which one is no member.
    ShareWithOtherTeams,
    /// Invite people from outside.
    InviteExternals,
    /// Jump at all.
    Jump,
    /// See and use all Jump items: those of every group, and everybody's personal ones.
    AllJumpItems,
    /// As lead or manager of a team, see and use the personal Jump items of its members.
    TeamPersonalItems,
    /// Change Jump policies, and start outside of their schedules.
    EditJumpPolicies,
    /// Read the reports of sessions of others, and the audit log.
    Reports,
}

impl Permission {
    /// Whether it is about what happens inside of a session, so that policies and roles may narrow it.
    pub const fn is_of_session(self) -> bool {
        matches!(
            self,
            Self::View
                | Self::Control
                | Self::RestrictCustomer
                | Self::Shell
                | Self::ListFiles
                | Self::Upload
                | Self::Download
                | Self::ChangeFiles
                | Self::ReadClipboard
                | Self::WriteClipboard
                | Self::SystemInformation
                | Self::ManageProcesses
                | Self::Actions
                | Self::Scripts
                | Self::RunAs
        )
    }
}

/// What one source says of one permission.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// Yes, unless another source denies it.
    Allowed,
    /// No, whatever others say.
    Denied,
    /// What the others say.
    #[default]
    Inherited,
}

/// What one source says. What is not listed is inherited.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Permissions(BTreeMap<Permission, Setting>);

impl Permissions {
    /// What the source says of a permission.
    pub fn get(&self, permission: Permission) -> Setting {
        self.0.get(&permission).copied().unwrap_or_default()
    }

    /// The same with one permission set.
    #[must_use]
    pub fn with(mut self, permission: Permission, setting: Setting) -> Self {
        self.0.insert(permission, setting);
        self
    }
}

/// Where a setting comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Source {
    /// The account itself.
    Account,
    /// A team that it is a member of.
    Team(TeamId),
    /// What the site gives to everybody.
    Site,
    /// The account is an administrator.
    Administrator,
    /// Nobody says yes.
    Nobody,
}

/// What is true for an account, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Effective {
    /// Whether it may.
    pub is_allowed: bool,
    /// Who decides: the first that denies; where nobody does, the first that allows.
    pub source: Source,
}

/// What all sources together say: any denial wins, then any yes; where nobody says anything it is no.
pub fn effective(sources: impl IntoIterator<Item = (Source, Setting)>) -> Effective {
    let mut allowed = None;
    for (source, setting) in sources {
        match setting {
            Setting::Denied => return Effective { is_allowed: false, source },
            Setting::Allowed => allowed = allowed.or(Some(source)),
            Setting::Inherited => {}
        }
    }
    let source = allowed.unwrap_or(Source::Nobody);
    Effective { is_allowed: allowed.is_some(), source }
}

/// Directories into which and out of which files may go. Rules are for the endpoint's agent to enforce, on
/// names with all links resolved.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PathLimits {
    /// Only below these; empty: everywhere.
    pub allow: Vec<String>,
    /// Never below these.
    pub deny: Vec<String>,
}

impl PathLimits {
    /// Each is absolute, on whatever system, and has nothing in it to resolve.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        for (field, paths) in [("paths.allow", &self.allow), ("paths.deny", &self.deny)] {
            fields::count(field, paths.len(), PATHS_MAX)?;
            for path in paths {
                fields::line(field, path, PATH_MAX)?;
                if !is_absolute(path) || path.split(['/', '\\']).any(|part| matches!(part, "." | "..")) {
                    let detail = format!("{field} has {path:?}, which is not like /srv/in or C:\\In");
                    return Err(Refusal::field(field, detail));
                }
            }
        }
        Ok(())
    }
}

/// Whether it is a path from a root, a drive or a share.
fn is_absolute(path: &str) -> bool {
    let is_drive = matches!(path.as_bytes(), [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic());
    path.starts_with('/') || path.starts_with("\\\\") || is_drive
}

/// Where a source narrows sessions, it names nothing but permissions of the session kind.
pub(crate) fn check_of_session(
    field: &'static str,
    permissions: &BTreeSet<Permission>,
) -> Result<(), Refusal> {
    match permissions.iter().find(|permission| !permission.is_of_session()) {
        None => Ok(()),
        Some(permission) => {
            let detail = format!("{field} has {permission:?}, which is not about what happens in a session");
            Err(Refusal::field(field, detail))
        }
    }
}

/// What somebody may do in a session.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Rights {
    /// The permissions of the session kind that he has.
    pub permissions: BTreeSet<Permission>,
    /// All of these hold, each for itself.
    pub paths: Vec<PathLimits>,
}

impl Rights {
    /// Whether he may.
    pub fn has(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEAM: Source = Source::Team(TeamId::new(3));

    #[test]
    fn any_denial_wins_over_every_yes() {
        let sources =
            [(Source::Account, Setting::Allowed), (TEAM, Setting::Denied), (Source::Site, Setting::Allowed)];
        assert_eq!(effective(sources), Effective { is_allowed: false, source: TEAM });
    }

    #[test]
    fn what_nobody_allows_is_not_allowed() {
        let sources = [(Source::Account, Setting::Inherited), (Source::Site, Setting::Inherited)];
        assert_eq!(effective(sources), Effective { is_allowed: false, source: Source::Nobody });
    }

    #[test]
    fn a_yes_from_anywhere_is_enough_where_nobody_denies() {
        let sources = [(Source::Account, Setting::Inherited), (TEAM, Setting::Allowed)];
        assert_eq!(effective(sources), Effective { is_allowed: true, source: TEAM });
    }
}
