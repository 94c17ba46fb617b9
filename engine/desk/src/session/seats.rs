//! Members of a session as a list, for keys of a map in JSON are words.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Member;
use crate::Participant;

#[derive(Serialize, Deserialize)]
struct Seat {
    who: Participant,
    #[serde(flatten)]
    member: Member,
}

pub(super) fn serialize<S: Serializer>(
    members: &BTreeMap<Participant, Member>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(members.iter().map(|(&who, &member)| Seat { who, member }))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<Participant, Member>, D::Error> {
    let seats = Vec::<Seat>::deserialize(deserializer)?;
    Ok(seats.into_iter().map(|Seat { who, member }| (who, member)).collect())
}
