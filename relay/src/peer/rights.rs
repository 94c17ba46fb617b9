//! Which right opens which stream. A kind of stream without a row here does not compile.

use desk::permission::{Permission, Rights};
use wire::stream::StreamKind;

/// What somebody who works in a session needs to open a stream of a kind in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing helps: such streams are opened by agents and by the relay only.
    Nobody,
    /// One of these permissions. What is asked for on the stream needs its own, checked where it is read.
    AnyOf(&'static [Permission]),
}

/// The table.
pub(super) const fn needs(kind: StreamKind) -> Needs {
    match kind {
        StreamKind::Control | StreamKind::Screen | StreamKind::Cursor => Needs::Nobody,
        StreamKind::Input => Needs::AnyOf(&[Permission::Control]),
        StreamKind::Shell => Needs::AnyOf(&[Permission::Shell]),
        StreamKind::File => Needs::AnyOf(&[
            Permission::ListFiles,
            Permission::Upload,
            Permission::Download,
            Permission::ChangeFiles,
        ]),
        StreamKind::Clipboard => Needs::AnyOf(&[Permission::ReadClipboard, Permission::WriteClipboard]),
        StreamKind::SystemInformation => Needs::AnyOf(&[Permission::SystemInformation]),
        StreamKind::Action => Needs::AnyOf(&[
            Permission::Actions,
            Permission::Scripts,
            Permission::ManageProcesses,
            Permission::RestrictCustomer,
            Permission::RunAs,
        ]),
        // What is said comes over HTTP, and goes to the endpoint in control messages; so does what the person there is
        // asked.
        StreamKind::Chat | StreamKind::Consent => Needs::Nobody,
    }
}

/// Whether a member with these rights may open a stream of a kind.
pub(super) fn may_open(kind: StreamKind, rights: &Rights) -> bool {
    match needs(kind) {
        Needs::Nobody => false,
        Needs::AnyOf(permissions) => permissions.iter().any(|&permission| rights.has(permission)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: &[StreamKind] = &[
        StreamKind::Control,
        StreamKind::Screen,
        StreamKind::Input,
        StreamKind::Cursor,
        StreamKind::Shell,
        StreamKind::File,
        StreamKind::Clipboard,
        StreamKind::SystemInformation,
        StreamKind::Action,
        StreamKind::Chat,
        StreamKind::Consent,
    ];

    #[test]
    fn who_has_no_right_opens_nothing() {
        let open = KINDS.iter().filter(|&&kind| may_open(kind, &Rights::default()));
        assert_eq!(open.collect::<Vec<_>>(), Vec::<&StreamKind>::new());
    }

    #[test]
    fn s188_s198_each_kind_opens_by_its_own_permissions_and_by_no_other() {
        for &kind in KINDS {
            let Needs::AnyOf(needed) = needs(kind) else { continue };
            for &permission in Permission::ALL {
                let rights = Rights { permissions: [permission].into(), paths: Vec::new() };
                assert_eq!(
                    may_open(kind, &rights),
                    needed.contains(&permission),
                    "{kind:?} by {permission:?}"
                );
            }
        }
    }
}
