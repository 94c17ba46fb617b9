//! How the log writes who did something: kind and number.

use desk::{AccountId, Actor, ExternalId, ItemId, SessionId};

/// The text of an actor.
pub(crate) fn text_of(actor: Actor) -> String {
    match actor {
        Actor::Account(id) => format!("account:{id}"),
        Actor::External(id) => format!("external:{id}"),
        Actor::Customer(id) => format!("customer:{id}"),
        Actor::Endpoint(id) => format!("endpoint:{id}"),
        Actor::Visitor => "visitor".to_owned(),
        Actor::Relay => "relay".to_owned(),
        Actor::Operator => "operator".to_owned(),
    }
}

/// The actor of a text; `None` when no relay wrote it.
pub(crate) fn actor_of(text: &str) -> Option<Actor> {
    let (kind, number) = text.split_once(':').unwrap_or((text, ""));
    Some(match kind {
        "account" => Actor::Account(AccountId::new(number.parse().ok()?)),
        "external" => Actor::External(ExternalId::new(number.parse().ok()?)),
        "customer" => Actor::Customer(SessionId::new(number.parse().ok()?)),
        "endpoint" => Actor::Endpoint(number.parse::<ItemId>().ok()?),
        "visitor" => Actor::Visitor,
        "relay" => Actor::Relay,
        "operator" => Actor::Operator,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_reads_back_from_its_text() {
        let actors = [
            Actor::Account(AccountId::new(7)),
            Actor::External(ExternalId::new(8)),
            Actor::Customer(SessionId::new(9)),
            Actor::Endpoint(ItemId::new(u64::MAX)),
            Actor::Visitor,
            Actor::Relay,
            Actor::Operator,
        ];
        for actor in actors {
            assert_eq!(actor_of(&text_of(actor)), Some(actor));
        }
        assert_eq!(actor_of("account:x"), None);
    }
}
