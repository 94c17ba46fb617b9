//! What a store keeps of one tile: the newest grade, a payload, and the steps that lead from one version to the
//! next.

use std::collections::VecDeque;

use bytes::Bytes;
use wire::screen::{Based, Coding, TileRect};
use wire::{DictionaryId, Version, limits};

use super::super::grade::Grade;

/// Steps, and patches in them, that are kept behind a tile: beyond it a new tile is cheaper for everybody.
const PARTS_MAX: usize = 8;

/// Patches may cost as much as their tile, so that a late viewer pays at most double; small tiles get this.
const PATCH_BYTES_MIN: usize = 2 << 10;

/// Parts of the newest step, which viewers that are exact need. More than any encoder makes of one tile.
const NEWEST_PARTS_MAX: usize = 64;

/// Versions that a tile remembers having had, for copies that read an older one.
const HISTORY_MAX: usize = 8;

/// A dictionary, and which of those that had its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NamedDictionary {
    pub(crate) id: DictionaryId,
    /// Counts what was put at that place; another count is another dictionary.
    pub(crate) run: u64,
}

/// Coded pixels and what it takes to decode them.
#[derive(Debug, Clone)]
pub(crate) struct Coded {
    pub(crate) coding: Coding,
    pub(crate) dictionary: Option<NamedDictionary>,
    pub(crate) bytes: Bytes,
}

/// A whole tile.
#[derive(Debug, Clone)]
pub(crate) struct Payload {
    pub(crate) grade: Grade,
    pub(crate) coded: Coded,
    pub(crate) captured_us: u32,
}

#[derive(Debug, Clone)]
pub(crate) struct Patch {
    pub(crate) based: Based,
    pub(crate) rect: TileRect,
    pub(crate) coded: Coded,
}

/// All that makes one exact version of a tile out of the exact one before.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) prior: Version,
    pub(crate) version: Version,
    pub(crate) captured_us: u32,
    /// Places in the store's list of copies. They come before the patches.
    pub(crate) copies: Vec<u64>,
    pub(crate) patches: Vec<Patch>,
    /// The update that it came in: all its parts come in one.
    batch: u64,
}

impl Step {
    fn parts(&self) -> usize {
        (self.copies.len() + self.patches.len()).max(1)
    }

    pub(crate) fn patch_bytes(&self) -> usize {
        self.patches.iter().map(|patch| patch.coded.bytes.len()).sum()
    }
}

/// One part of a step.
#[derive(Debug)]
pub(super) enum Part {
    Copy(u64),
    Patch(Patch),
}

/// What became of an operation on a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The tile is newer, or its payload is.
    Applied,
    /// The tile was newer already.
    Skipped,
    /// What it is based on is not there: the tile is stale at the version that it names.
    Broken,
}

/// One tile. Steps follow each other without a gap, and the last one makes the newest version.
#[derive(Debug, Default)]
pub(crate) struct StoredTile {
    newest: Grade,
    payload: Option<Payload>,
    steps: VecDeque<Step>,
    /// Newest first, [`Version::NONE`] where there is none.
    history: [Version; HISTORY_MAX],
}

impl StoredTile {
    pub(crate) fn newest(&self) -> Grade {
        self.newest
    }

    pub(crate) fn payload(&self) -> Option<&Payload> {
        self.payload.as_ref()
    }

    /// The newest version that the tile had at capture `base`, as far as it is remembered.
    pub(crate) fn version_at(&self, base: Version) -> Option<Version> {
        self.history.iter().copied().find(|version| *version <= base).filter(|at| *at != Version::NONE)
    }

    /// The first version after `had`. Where that is forgotten, any number that is not above it.
    pub(crate) fn version_after(&self, had: Version) -> Version {
        let newer = self.history.iter().take_while(|version| had < **version).count();
        match newer.checked_sub(1).and_then(|last| self.history.get(last)) {
            Some(version) if newer < HISTORY_MAX => *version,
            _ => had.next().unwrap_or(had),
        }
    }

    /// The steps that lead on from an exact version; none when the chain does not hold it.
    pub(crate) fn steps_from(&self, version: Version) -> impl Iterator<Item = &Step> {
        let first = self.steps.iter().position(|step| step.prior == version).unwrap_or(self.steps.len());
        self.steps.range(first..)
    }

    /// Whether the payload, or patches behind it, make the newest grade.
    pub(crate) fn has_fresh_payload(&self) -> bool {
        self.payload.as_ref().is_some_and(|payload| {
            payload.grade == self.newest
                || (payload.grade.is_exact() && self.patches_lead_on(payload.grade.version))
        })
    }

    fn patches_lead_on(&self, version: Version) -> bool {
        let mut steps = self.steps_from(version).peekable();
        steps.peek().is_some() && steps.all(|step| step.copies.is_empty())
    }

    pub(super) fn payload_bytes(&self) -> usize {
        let tile = self.payload.as_ref().map_or(0, |payload| payload.coded.bytes.len());
        tile + self.steps.iter().map(Step::patch_bytes).sum::<usize>()
    }

    /// A whole tile has come.
    pub(super) fn put_payload(&mut self, payload: Payload, batch: u64) -> Outcome {
        let grade = payload.grade;
        if self.is_open(grade.version, batch) {
            // A tile beside a copy of the same capture says that the copy alone does not make it.
            self.steps.clear();
            self.newest = grade;
        } else if self.newest < grade {
            self.steps.clear();
            self.raise(grade);
        } else if self.payload.as_ref().is_some_and(|kept| grade < kept.grade) {
            // One of the same grade is taken: the dictionary of the one before may be gone.
            return Outcome::Skipped;
        }
        self.payload = Some(payload);
        Outcome::Applied
    }

    /// The tile is known to be at a version, and nothing is there that makes it.
    pub(super) fn put_broken(&mut self, version: Version) -> Outcome {
        if version < self.newest.version {
            return Outcome::Skipped;
        }
        self.steps.clear();
        self.raise(Grade::exact(version));
        Outcome::Broken
    }

    /// A part of a step has come in the update `batch`. `base_is_had`: all that it reads, apart from this tile, is
    /// there.
    pub(super) fn put_part(&mut self, part: Part, based: Based, captured_us: u32, batch: u64) -> Outcome {
        if self.is_open(based.version, batch) {
            self.extend_step(part);
        } else if Grade::exact(based.version) <= self.newest {
            return Outcome::Skipped;
        } else if matches!(part, Part::Copy(_)) && self.steps.back().is_some_and(|step| step.batch == batch) {
            // Copies read the picture before their update, so two versions of them cannot be told apart.
            return self.put_broken(based.version);
        } else {
            let (prior, version) = (self.newest.version, based.version);
            let (copies, patches) = (Vec::new(), Vec::new());
            self.steps.push_back(Step { prior, version, captured_us, copies, patches, batch });
            self.extend_step(part);
            self.raise(Grade::exact(version));
        }
        self.trim();
        Outcome::Applied
    }

    /// Whether based operations that read this tile at `base` find it there.
    pub(super) fn is_at(&self, base: Version) -> bool {
        self.newest.is_exact() && self.newest.version <= base
    }

    /// Whether the update `batch` is just making `version` of this tile.
    pub(super) fn is_open(&self, version: Version, batch: u64) -> bool {
        self.steps.back().is_some_and(|step| step.version == version && step.batch == batch)
    }

    fn extend_step(&mut self, part: Part) {
        let Some(step) = self.steps.back_mut() else { return };
        match part {
            Part::Copy(copy) => step.copies.push(copy),
            Part::Patch(patch) => step.patches.push(patch),
        }
    }

    fn raise(&mut self, grade: Grade) {
        if self.newest.version < grade.version {
            self.history.rotate_right(1);
            self.history[0] = grade.version;
        }
        self.newest = self.newest.max(grade);
    }

    /// Drops the oldest steps beyond the bounds; all of them when even the newest is beyond its own.
    fn trim(&mut self) {
        let bytes_max =
            self.payload.as_ref().map_or(0, |payload| payload.coded.bytes.len()).max(PATCH_BYTES_MIN);
        let total = |steps: &VecDeque<Step>, of: fn(&Step) -> usize| steps.iter().map(of).sum::<usize>();
        while 1 < self.steps.len()
            && (PARTS_MAX < total(&self.steps, Step::parts)
                || bytes_max < total(&self.steps, Step::patch_bytes))
        {
            self.steps.pop_front();
        }
        let beyond =
            |step: &Step| NEWEST_PARTS_MAX < step.parts() || limits::TILE_BYTES_MAX < step.patch_bytes();
        if self.steps.back().is_some_and(beyond) {
            self.steps.clear();
        }
    }
}
