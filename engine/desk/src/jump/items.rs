//! All Jump items, kept so that lists and searches need not look at each: by place and name, with what is
//! searched in lower case beside it. Only the items themselves are stored; the rest is made from them.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Item, ItemPlace};
use crate::ItemId;

/// All Jump items.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Items {
    by_id: BTreeMap<ItemId, Item>,
    places: BTreeMap<ItemPlace, Listed>,
}

/// The items of one place in the order in which they are listed.
pub(super) type Listed = BTreeMap<(String, ItemId), Searched>;

impl Items {
    pub(crate) fn all(&self) -> &BTreeMap<ItemId, Item> {
        &self.by_id
    }

    pub(crate) fn get(&self, id: &ItemId) -> Option<&Item> {
        self.by_id.get(id)
    }

    /// Puts an item in, or in the place of what it was.
    pub(crate) fn insert(&mut self, id: ItemId, item: Item) {
        self.remove(id);
        let listed = self.places.entry(item.place).or_default();
        listed.insert((item.label.name.to_lowercase(), id), Searched::of(&item));
        self.by_id.insert(id, item);
    }

    pub(crate) fn remove(&mut self, id: ItemId) {
        let Some(item) = self.by_id.remove(&id) else { return };
        if let Some(listed) = self.places.get_mut(&item.place) {
            listed.remove(&(item.label.name.to_lowercase(), id));
            if listed.is_empty() {
                self.places.remove(&item.place);
            }
        }
    }

    /// Changes an item, if it is there, and counts its version.
    pub(crate) fn change(&mut self, id: ItemId, change: impl FnOnce(&mut Item)) {
        if let Some(mut item) = self.by_id.get(&id).cloned() {
            change(&mut item);
            item.version += 1;
            self.insert(id, item);
        }
    }

    /// The items of a place, by name.
    pub(super) fn listed(&self, place: ItemPlace) -> Option<&Listed> {
        self.places.get(&place)
    }

    /// How many items a place has.
    pub(crate) fn count(&self, place: ItemPlace) -> usize {
        self.places.get(&place).map_or(0, BTreeMap::len)
    }
}

/// What is searched of an item: one text in lower case, a line each, in the order of [`Part`].
///
/// No line has another one in it, for what people and agents say is checked; so what is found in a part is found
/// in one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Searched {
    text: String,
    ends: [usize; Part::COUNT],
}

/// Fields that are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Name,
    HostName,
    Comments,
    PublicIp,
    PrivateIps,
    Tags,
    Attributes,
}

impl Part {
    const COUNT: usize = 7;
}

impl Searched {
    fn of(item: &Item) -> Self {
        let mut text = String::new();
        let mut ends = [0; Part::COUNT];
        let mut part = |part: Part, lines: &mut dyn Iterator<Item = String>| {
            for line in lines {
                // Lower case, as what is looked for will be.
                let _ = writeln!(text, "{}", line.to_lowercase());
            }
            ends[part as usize] = text.len();
        };
        let (label, seen) = (&item.label, &item.seen);
        part(Part::Name, &mut [label.name.clone()].into_iter());
        part(Part::HostName, &mut [seen.host_name.clone()].into_iter());
        part(Part::Comments, &mut [label.comments.clone()].into_iter());
        part(Part::PublicIp, &mut [seen.public_ip.clone()].into_iter());
        part(Part::PrivateIps, &mut seen.private_ips.iter().cloned());
        part(Part::Tags, &mut label.tags.iter().cloned());
        let attributes = label.attributes.iter();
        part(Part::Attributes, &mut attributes.map(|(code, value)| format!("{code}={value}")));
        Self { text, ends }
    }

    /// One field.
    pub(super) fn part(&self, part: Part) -> &str {
        let index = part as usize;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[index]]
    }

    /// What a search that names no field looks through: all that says which computer it is.
    pub(super) fn identity(&self) -> &str {
        &self.text[..self.ends[Part::PrivateIps as usize]]
    }
}
