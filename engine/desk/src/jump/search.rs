//! Search: which of the items that somebody reaches match, and what is shown of them.

use std::str::FromStr;

use memchr::memmem::Finder;
use serde::{Deserialize, Serialize};

use super::items::{Part, Searched};
use super::{ItemPlace, TEXT_MAX};
use crate::permission::Permission;
use crate::{AccountId, Desk, ItemId, Refusal, Rule, fields};

/// Items that a list shows. Whoever has more than these asks for them more closely.
pub const LISTED_MAX: usize = 50;

/// Criteria of one search.
const CRITERIA_MAX: usize = 20;

/// What is looked for: all criteria hold. None finds everything.
///
/// Case does not matter. A criterion matches a part of its field, but a tag matches whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query(Vec<Criterion>);

/// One thing that must be true of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Criterion {
    field: Field,
    /// In lower case.
    value: String,
}

/// Where a criterion looks.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Field {
    /// Names, comments and addresses.
    Identity,
    /// One field.
    One(Part),
    /// A custom attribute by its code name.
    Attribute(String),
    /// How the item is reached; every item has an installed agent.
    Method,
}

/// Kinds of Jump items that `jump.method` can name.
const METHOD: &str = "jump_client";

impl FromStr for Field {
    type Err = Refusal;

    fn from_str(name: &str) -> Result<Self, Refusal> {
        Ok(match name {
            "search_string" => Self::Identity,
            "jump.method" => Self::Method,
            "client.hostname" => Self::One(Part::HostName),
            "client.comments" => Self::One(Part::Comments),
            "client.tag" => Self::One(Part::Tags),
            "client.public_ip" => Self::One(Part::PublicIp),
            "client.private_ip" => Self::One(Part::PrivateIps),
            _ => match name.strip_prefix("session.custom.") {
                Some(code) if !code.is_empty() => Self::Attribute(code.to_lowercase()),
                _ => return Err(Refusal::field("criterion", format!("{name:?} is no criterion"))),
            },
        })
    }
}

impl Query {
    /// A search for a part of an item's names, comments or addresses.
    ///
    /// # Errors
    /// As [`Query::with`].
    pub fn text(value: &str) -> Result<Self, Refusal> {
        Self::default().with("search_string", value)
    }

    /// The same with one more criterion: `search_string`, `jump.method`, `client.hostname`, `client.comments`,
    /// `client.tag`, `client.public_ip`, `client.private_ip` or `session.custom.<code name>`.
    ///
    /// # Errors
    /// The name is no criterion, the value is too long, or there are too many.
    pub fn with(mut self, name: &str, value: &str) -> Result<Self, Refusal> {
        let field: Field = name.parse()?;
        let value = value.trim();
        fields::line("value", value, TEXT_MAX)?;
        if field == Field::Method && value != METHOD {
            return Err(Refusal::field("jump.method", format!("{value:?} is no method, there is {METHOD}")));
        }
        self.0.push(Criterion { field, value: value.to_lowercase() });
        fields::count("criteria", self.0.len(), CRITERIA_MAX)?;
        Ok(self)
    }
}

/// A query that is ready to look at many items.
struct Search<'a>(Vec<(&'a Field, Finder<'a>)>);

impl<'a> Search<'a> {
    fn new(query: &'a Query) -> Self {
        Self(query.0.iter().map(|Criterion { field, value }| (field, Finder::new(value))).collect())
    }

    fn matches(&self, item: &Searched) -> bool {
        self.0.iter().all(|(field, finder)| match field {
            Field::Identity => finder.find(item.identity().as_bytes()).is_some(),
            Field::One(Part::Tags) => {
                item.part(Part::Tags).lines().any(|tag| tag.as_bytes() == finder.needle())
            }
            Field::One(part) => finder.find(item.part(*part).as_bytes()).is_some(),
            Field::Attribute(code) => item.part(Part::Attributes).lines().any(|line| {
                line.split_once('=')
                    .is_some_and(|(own, value)| own == code && finder.find(value.as_bytes()).is_some())
            }),
            Field::Method => true,
        })
    }
}

/// What a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Listing {
    /// At most [`LISTED_MAX`], by place and name.
    pub items: Vec<ItemId>,
    /// How many match.
    pub found: usize,
}

impl Listing {
    /// Whether there are more than are shown, so that the search should be narrowed.
    pub fn asks_to_narrow(&self) -> bool {
        self.items.len() < self.found
    }
}

impl Desk {
    /// The Jump items that an account sees and that match: those of one place, or of all that it reaches.
    ///
    /// # Errors
    /// The account may not jump at all, or does not reach the place.
    pub fn jump_list(
        &self,
        account: AccountId,
        place: Option<ItemPlace>,
        query: &Query,
    ) -> Result<Listing, Refusal> {
        let mut places = self.jump_places(account)?;
        if let Some(place) = place {
            places.retain(|own| own.place == place);
            if places.is_empty() {
                return Err(Refusal::new(Rule::NotFound, "there is no such list of Jump items"));
            }
        }
        let search = Search::new(query);
        let mut listing = Listing::default();
        for listed in places.iter().filter_map(|own| self.items.listed(own.place)) {
            let room = LISTED_MAX - listing.items.len();
            if query.0.is_empty() {
                listing.found += listed.len();
                listing.items.extend(listed.keys().map(|(_, id)| *id).take(room));
                continue;
            }
            let mut matching = listed.iter().filter(|(_, item)| search.matches(item)).map(|((_, id), _)| *id);
            let shown = listing.items.len();
            listing.items.extend(matching.by_ref().take(room));
            listing.found += listing.items.len() - shown + matching.count();
        }
        Ok(listing)
    }

    /// The Jump items that an account uses regularly, more than once that is: the most used first, of the same
    /// count the latest, at most [`LISTED_MAX`]. Those that it does not reach any more are not among them.
    ///
    /// # Errors
    /// The account may not jump at all.
    pub fn frequent(&self, account: AccountId) -> Result<Vec<ItemId>, Refusal> {
        let all = (account, ItemId::new(0))..=(account, ItemId::new(u64::MAX));
        let reached = self.jump_places(account)?;
        let may_start = |place| reached.iter().any(|own| own.place == place && own.access.may_start());
        let mut used: Vec<_> = self
            .usage
            .range(all)
            .filter(|(_, usage)| 1 < usage.count)
            .filter(|((_, item), _)| self.items.get(item).is_some_and(|item| may_start(item.place)))
            .collect();
        used.sort_by_key(|((_, item), usage)| (std::cmp::Reverse((usage.count, usage.last)), *item));
        Ok(used.into_iter().map(|(&(_, item), _)| item).take(LISTED_MAX).collect())
    }

    /// Refused without the permission to jump at all.
    pub(super) fn may_jump(&self, account: AccountId) -> Result<(), Refusal> {
        if self.permission(account, Permission::Jump).is_allowed {
            Ok(())
        } else {
            Err(Refusal::new(Rule::Permission, "the account lacks the permission Jump"))
        }
    }
}
