//! What an account may do, and what somebody may do in a session.

use crate::permission::{Effective, Permission, Source};
use crate::{AccountId, Desk};

impl Desk {
    /// Whether an account may, and who decides.
    pub fn permission(&self, account: AccountId, permission: Permission) -> Effective {
        let _ = (account, permission);
        Effective { is_allowed: false, source: Source::Nobody }
    }
}
