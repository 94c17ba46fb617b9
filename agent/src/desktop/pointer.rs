//! The thread that watches how the mouse pointer looks and where it is.
//!
//! It runs while a session is open. The newest state is kept in a watch channel: a slow link skips what was
//! in between, and a new session starts from what is there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use platform::{Cursor, CursorEvent, CursorShape, Platform, Waker};
use tokio::sync::watch;
use wire::cursor::Shape;
use wire::input::Pointer;

/// Longest wait between two looks at the stop flag, should a wake be lost.
const WAIT: Duration = Duration::from_secs(1);

/// zstd level of a shape: it is small and seldom, and read at once.
const SHAPE_LEVEL: i32 = 3;

/// The pointer as it is now. Each part counts its changes, so that a reader sees which is new.
#[derive(Debug, Clone, Default)]
pub struct PointerState {
    /// How it looks; `None` until that is known.
    pub shape: Option<Shape>,
    /// Changes of the shape so far.
    pub shapes: u64,
    /// Where it is; `None` until that is known.
    pub at: Option<Pointer>,
}

/// Watches the pointer until dropped.
pub struct PointerWatch {
    state: watch::Receiver<PointerState>,
    stopped: Arc<AtomicBool>,
    waker: Waker,
}

impl PointerWatch {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the platform cannot watch the pointer, or no thread can be made.
    pub fn start(platform: &Platform) -> anyhow::Result<Self> {
        let cursor = platform.cursor()?;
        let waker = cursor.waker();
        let (publish, state) = watch::channel(PointerState::default());
        let stopped = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stopped);
        thread::Builder::new()
            .name("pointer".into())
            .spawn(move || watch_pointer(cursor, &flag, &publish))?;
        Ok(Self { state, stopped, waker })
    }

    /// The pointer, newest first; the channel closes when the desktop is lost.
    pub fn state(&self) -> watch::Receiver<PointerState> {
        self.state.clone()
    }
}

impl Drop for PointerWatch {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        self.waker.wake();
    }
}

fn watch_pointer(mut cursor: Box<dyn Cursor>, stopped: &AtomicBool, publish: &watch::Sender<PointerState>) {
    while !stopped.load(Ordering::Acquire) {
        match cursor.next_event(WAIT) {
            Ok(None) => {}
            Ok(Some(CursorEvent::Moved { display, at })) => {
                let at = Pointer { display, x: clamp(at.x), y: clamp(at.y) };
                publish.send_modify(|state| state.at = Some(at));
            }
            Ok(Some(CursorEvent::Shape(shape))) => match to_wire(&shape) {
                Ok(shape) => publish.send_modify(|state| {
                    state.shape = Some(shape);
                    state.shapes += 1;
                }),
                Err(error) => tracing::warn!(%error, "pointer shape skipped"),
            },
            Err(lost) => {
                tracing::debug!(%lost, "pointer watch ends");
                return;
            }
        }
    }
}

fn to_wire(shape: &CursorShape) -> std::io::Result<Shape> {
    let pixels = zstd::bulk::compress(&shape.rgba, SHAPE_LEVEL)?.into();
    let (width, height) = (clamp(shape.size.width), clamp(shape.size.height));
    Ok(Shape { width, height, hot_x: clamp(shape.hot.x), hot_y: clamp(shape.hot.y), pixels })
}

fn clamp(pixels: u32) -> u16 {
    u16::try_from(pixels).unwrap_or(u16::MAX)
}
