//! Finds what moved: scrolled pages, dragged windows, lines pushed up in a terminal.
//!
//! [`anchors`] vote for vectors; for each of the strongest, [`area`] finds the rectangle in which it explains
//! most. A move need not be right everywhere: what it gets wrong is patched, and counted against it.

mod anchors;
mod area;
mod gain;

use frame::{Frame, Grid, Picture, Point, Rect};

use anchors::{Anchor, Index};
use area::Areas;
use gain::{Trial, Vector};

use crate::damage::Change;

/// Moves of one frame: a dragged window beside a page that scrolls, and some to spare.
const MOVES_MAX: usize = 4;

/// Vectors that are tried for one frame.
const VECTORS_MAX: usize = 6;

/// Votes below which a vector is chance.
const VOTES_MIN: usize = 4;

/// Pixels that a move must explain: as many as cost about as much coded as naming the move.
const GAIN_MIN: i32 = 192;

/// Content that moved within the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// The upper left corner of where it was.
    pub from: Point,
    /// Where it is.
    pub to: Rect,
}

impl Move {
    /// Where it was.
    pub fn source(&self) -> Rect {
        Rect { x: self.from.x, y: self.from.y, ..self.to }
    }
}

/// Finds moves from picture to picture; knows the anchors of the last one.
#[derive(Debug)]
pub struct Mover {
    grid: Grid,
    known: Vec<Vec<Anchor>>,
    index: Index,
    /// Sorted, so that those for one vector stand together.
    votes: Vec<Vote>,
}

/// An anchor that says where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Vote {
    vector: Vector,
    x: u16,
    y: u16,
}

impl Mover {
    /// For pictures with this grid; nothing is known of them yet.
    pub fn new(grid: Grid) -> Self {
        let known = vec![Vec::new(); grid.len()];
        Self { grid, known, index: Index::default(), votes: Vec::new() }
    }

    /// Learns the first picture, in which nothing moved.
    pub fn learn(&mut self, first: &Picture, tiles: &[Change]) {
        self.vote(&first.frame(), tiles);
    }

    /// The moves that explain `changes` between two pictures, which differ nowhere else. They write no pixel
    /// twice. Tiles for which `is_sound` is false are neither read nor written in part.
    pub fn find(
        &mut self,
        before: &Picture,
        after: &Picture,
        changes: &[Change],
        is_sound: impl Fn(u16) -> bool,
    ) -> Vec<Move> {
        self.vote(&after.frame(), changes);
        let mut areas = Areas::new(self.grid, changes, &is_sound);
        let mut moves = Vec::new();
        for _ in 0..VECTORS_MAX {
            let Some(vector) = self.elect(&areas) else { break };
            let trial = Trial { before: before.frame(), after: after.frame(), vector };
            if let Some(to) = areas.best(&trial, GAIN_MIN)
                && let Some(from) = vector.source(to, after.size())
            {
                moves.push(Move { from: Point::new(from.x, from.y), to });
            }
            if MOVES_MAX <= moves.len() || areas.is_explained() {
                break;
            }
        }
        moves
    }

    /// The vector with most votes from where no move is yet. It is not elected again.
    fn elect(&mut self, areas: &Areas<'_>) -> Option<Vector> {
        self.votes.retain(|vote| !areas.is_taken(Point::new(vote.x.into(), vote.y.into())));
        let groups = self.votes.chunk_by(|a, b| a.vector == b.vector);
        // Of equal ones the first, so that a recording is coded alike each time.
        let best = groups.rev().max_by_key(|group| group.len()).filter(|group| VOTES_MIN <= group.len())?;
        let vector = best.first()?.vector;
        self.votes.retain(|vote| vote.vector != vector);
        Some(vector)
    }

    /// Lets the anchors of what changed vote, and keeps them for the next picture.
    fn vote(&mut self, after: &Frame<'_>, changes: &[Change]) {
        self.index.clear();
        self.votes.clear();
        let anchors = changes.iter().filter_map(|change| self.known.get(change.index.to_usize()));
        for anchor in anchors.flatten() {
            self.index.insert(*anchor);
        }
        for change in changes {
            let Some(known) = self.known.get_mut(change.index.to_usize()) else { continue };
            anchors::find(after, change.tile, known);
            for Anchor { hash, x, y } in known.iter() {
                let Some(old) = self.index.get(*hash) else { continue };
                let vector =
                    Vector { x: i32::from(*x) - i32::from(old.x), y: i32::from(*y) - i32::from(old.y) };
                if vector != (Vector { x: 0, y: 0 }) {
                    self.votes.push(Vote { vector, x: *x, y: *y });
                }
            }
        }
        self.votes.sort_unstable();
    }
}
