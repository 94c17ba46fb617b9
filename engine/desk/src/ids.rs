//! Names of things on the desk. Each is a number that only compares.
//!
//! The desk deals numbers from one counter, so no two things of any kind share one and none comes back. They
//! stay below 2^53, which JSON's readers keep whole. A Jump item is named by its endpoint instead: random, 64
//! bits, sixteen hexadecimal digits wherever it is written.

use std::borrow::Cow;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, JsonSchema,
        )]
        #[serde(transparent)]
        pub struct $name(u64);

        impl $name {
            /// The thing that this number names.
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            /// The number.
            pub const fn get(self) -> u64 {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Number).map(Self)
            }
        }
    };
}

/// Reads a number, or its digits: keys of a map in JSON are words.
struct Number;

impl serde::de::Visitor<'_> for Number {
    type Value = u64;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number")
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<u64, E> {
        Ok(number)
    }

    fn visit_str<E: serde::de::Error>(self, digits: &str) -> Result<u64, E> {
        digits.parse().map_err(|_| E::invalid_value(serde::de::Unexpected::Str(digits), &self))
    }
}

id! {
    /// Somebody who can log in.
    AccountId
}

id! {
    /// A team of technicians.
    TeamId
}

id! {
    /// A kind of problem, owned by a team.
    IssueId
}

id! {
    /// A public page on which customers start.
    PortalId
}

id! {
    /// A rule for sessions that wait.
    QueueRuleId
}

id! {
    /// A group of Jump items.
    GroupId
}

id! {
    /// What members of a Jump group may do with its items.
    RoleId
}

id! {
    /// When and how a Jump item may be reached.
    JumpPolicyId
}

id! {
    /// What may be done in a session that it rules.
    SessionPolicyId
}

id! {
    /// A script of the library.
    ScriptId
}

id! {
    /// A secret that adds endpoints to a group.
    InstallTokenId
}

id! {
    /// A support session. The number on the wire is the same.
    SessionId
}

id! {
    /// An invitation of a technician, a team or a helper into a session.
    InvitationId
}

id! {
    /// An invitation of somebody from outside, and the one who came by it.
    ExternalId
}

id! {
    /// A session key.
    KeyId
}

id! {
    /// A message of a chat.
    MessageId
}

/// A Jump item: an unattended endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ItemId(u64);

impl ItemId {
    /// The item of an endpoint.
    pub const fn new(endpoint: u64) -> Self {
        Self(endpoint)
    }

    /// The endpoint's number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl std::fmt::Display for ItemId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for ItemId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u64::from_str_radix(text, 16).map(Self)
    }
}

impl Serialize for ItemId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ItemId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for ItemId {
    fn schema_name() -> Cow<'static, str> {
        "ItemId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A Jump item: an unattended endpoint.",
            "type": "string",
            "pattern": "^[0-9a-f]{16}$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_back_from_a_value_and_from_a_key() {
        let id = TeamId::new(7);
        let map = std::collections::BTreeMap::from([(id, id)]);
        let json = serde_json::to_string(&map).expect("written");
        assert_eq!(json, r#"{"7":7}"#);
        assert_eq!(
            serde_json::from_str::<std::collections::BTreeMap<TeamId, TeamId>>(&json).expect("read"),
            map
        );
        for wrong in ["-1", "\"x\"", "1.5", "null"] {
            assert!(serde_json::from_str::<TeamId>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_item_reads_back_from_its_digits() {
        for id in [ItemId(0), ItemId(u64::MAX), ItemId(0x12ab)] {
            assert_eq!(id.to_string().parse(), Ok(id));
            let json = serde_json::to_string(&id).expect("written");
            assert_eq!(serde_json::from_str::<ItemId>(&json).expect("read"), id);
        }
        assert!("not an item".parse::<ItemId>().is_err());
    }
}
