//! The gate: who may join which session, with which rights.
//!
//! The rules of the support desk will stand behind this seam; what is here lets everybody who is logged in see
//! and control every endpoint, and administer.

use wire::control::{Grant, RefusalCode};

use crate::db::{EndpointId, Login};

/// Why a technician is not admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotAdmitted {
    pub(crate) code: RefusalCode,
    pub(crate) detail: String,
}

/// Decides who may join.
pub(crate) trait Gate: Send + Sync + std::fmt::Debug {
    /// What the technician behind `login` may do at `endpoint`.
    fn admit(&self, login: &Login, endpoint: EndpointId) -> Result<Grant, NotAdmitted>;

    /// Whether the account behind `login` may change everything, others' passwords and logins too.
    fn administers(&self, login: &Login) -> bool;
}

/// Lets everybody who is logged in see and control every endpoint.
#[derive(Debug)]
pub(crate) struct OpenGate;

impl Gate for OpenGate {
    fn admit(&self, _login: &Login, _endpoint: EndpointId) -> Result<Grant, NotAdmitted> {
        Ok(Grant { view: true, control: true })
    }

    fn administers(&self, _login: &Login) -> bool {
        true
    }
}
