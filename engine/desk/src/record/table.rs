//! A table of records of one kind.

use std::collections::BTreeMap;
use std::collections::btree_map;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A record with its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Stored{R}")]
pub struct Stored<R> {
    /// Counted from 1 with each change.
    pub version: u64,
    /// The record.
    pub record: R,
}

/// Records of one kind by their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table<K, R>(BTreeMap<K, Stored<R>>);

impl<K, R> Default for Table<K, R> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Copy, R> Table<K, R> {
    /// The record of an id.
    pub fn get(&self, id: K) -> Option<&R> {
        self.0.get(&id).map(|stored| &stored.record)
    }

    /// The record of an id, with its version.
    pub fn stored(&self, id: K) -> Option<&Stored<R>> {
        self.0.get(&id)
    }

    /// Whether there is one.
    pub fn has(&self, id: K) -> bool {
        self.0.contains_key(&id)
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = (K, &R)> {
        self.0.iter().map(|(&id, stored)| (id, &stored.record))
    }

    /// All of them with their versions, by id.
    pub fn all(&self) -> btree_map::Iter<'_, K, Stored<R>> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn put(&mut self, id: K, version: u64, record: R) {
        self.0.insert(id, Stored { version, record });
    }

    pub(crate) fn remove(&mut self, id: K) {
        self.0.remove(&id);
    }
}
