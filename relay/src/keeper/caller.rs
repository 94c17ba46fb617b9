//! Who asks the desk for something, and from where: what the audit log says beside the event itself.

use std::net::IpAddr;

use desk::Actor;

use crate::db::{Login, LoginId};
use crate::login::{Asker, By};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) actor: Actor,
    /// The address of the one who asks, where there is one.
    pub(crate) address: Option<IpAddr>,
    /// The login by which he is known, where he has one.
    pub(crate) login: Option<LoginId>,
}

impl Caller {
    /// The relay itself.
    pub(crate) const RELAY: Self = Self { actor: Actor::Relay, address: None, login: None };

    /// Whoever has a shell on the server.
    pub(crate) const OPERATOR: Self = Self { actor: Actor::Operator, address: None, login: None };

    /// Somebody who is logged in, from an address.
    pub(crate) fn of(login: &Login, address: IpAddr) -> Self {
        let actor = Actor::Account(login.account.into());
        Self { actor, address: Some(address), login: Some(login.id) }
    }

    /// Somebody without a login, from an address.
    pub(crate) fn at(actor: Actor, address: IpAddr) -> Self {
        Self { actor, address: Some(address), login: None }
    }
}

impl From<Asker> for Caller {
    fn from(asker: Asker) -> Self {
        let Asker { by, login, address } = asker;
        let actor = match by {
            By::Account(account) => Actor::Account(account.into()),
            By::Visitor => Actor::Visitor,
            By::Operator => Actor::Operator,
        };
        Self { actor, address, login }
    }
}
