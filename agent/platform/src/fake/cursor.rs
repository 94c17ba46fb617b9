//! The pointer of a fake desktop: an arrow until told otherwise.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use frame::Point;

use super::state::{Look, Shared, State, Waiter};
use crate::{CURSOR_MOVE_INTERVAL, Cursor, CursorEvent, CursorShape, Lost, Waker};

/// The pointer as it is, and how often it changed.
pub(super) struct Pointer {
    shape: CursorShape,
    shapes: u64,
    display: u8,
    at: Point,
    moves: u64,
}

impl Pointer {
    /// An arrow at the top left corner. Counts start at 1, so that a new watcher sees both.
    pub(super) fn arrow() -> Self {
        Self { shape: CursorShape::arrow(), shapes: 1, display: 0, at: Point::default(), moves: 1 }
    }

    pub(super) fn set_shape(&mut self, shape: CursorShape) {
        self.shape = shape;
        self.shapes += 1;
    }

    pub(super) fn move_to(&mut self, display: u8, at: Point) {
        self.display = display;
        self.at = at;
        self.moves += 1;
    }
}

pub(super) struct FakeCursor {
    waiter: Waiter,
    shapes: u64,
    moves: u64,
    moved: Option<Instant>,
}

impl FakeCursor {
    pub(super) fn open(shared: &Arc<Shared>) -> Self {
        Self { waiter: Waiter::join(shared), shapes: 0, moves: 0, moved: None }
    }
}

impl Cursor for FakeCursor {
    fn next_event(&mut self, wait: Duration) -> Result<Option<CursorEvent>, Lost> {
        let Self { waiter, shapes, moves, moved } = self;
        Ok(waiter.wait(wait, |State { cursor, .. }, now| {
            if *shapes != cursor.shapes {
                *shapes = cursor.shapes;
                return Look::Found(CursorEvent::Shape(cursor.shape.clone()));
            }
            if *moves == cursor.moves {
                return Look::Again(None);
            }
            match moved.map(|moved| moved + CURSOR_MOVE_INTERVAL).filter(|&due| now < due) {
                Some(due) => Look::Again(Some(due)),
                None => {
                    *moves = cursor.moves;
                    *moved = Some(now);
                    Look::Found(CursorEvent::Moved { display: cursor.display, at: cursor.at })
                }
            }
        }))
    }

    fn waker(&self) -> Waker {
        self.waiter.waker()
    }
}
