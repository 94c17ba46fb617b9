//! The thread that takes pictures of one display and codes what changed.

use std::time::{Duration, Instant};

use codec::{EncodeError, Encoder, Toner};
use frame::{Frame, Rect, Region, Size};
use parking_lot::Mutex;
use platform::{CaptureError, OpenError, Platform, Waker};
use proto::liveness::LinkClock;
use proto::screen::{Capture, StoreError};
use wire::control::ColorMode;
use wire::screen::{Extent, Operation, SeatInput};
use wire::{DecodeError, Epoch, TileIndex, Version};

use crate::desktop::Hands;
use crate::show::budget::Budget;
use crate::show::uplink::{Task, Turn, Uplink};
use crate::show::video::{FILM_WAIT, Films, VideoWish};

/// How long after an input pictures follow each other without a pause: what a key does often shows in steps, and
/// nobody who waits for it waits for the next sixtieth of a second as well.
const ANSWER_TIME: Duration = Duration::from_millis(100);

/// Longest wait for damage before the thread looks whether it is called.
const DAMAGE_WAIT: Duration = Duration::from_secs(1);

/// The same while photographs wait to be coded exactly.
const ROUGH_WAIT: Duration = Duration::from_millis(50);

/// Tiles that are coded exactly between two pictures: so few that they hold up nobody.
const REFINED_TILES_MAX: usize = 32;

/// Pause before a display that changed is opened again.
const REOPEN_PAUSE: Duration = Duration::from_millis(100);

/// Tries to open a display that changed: over after about 5 s, when the list of displays tells more.
const REOPEN_TRIES: u32 = 50;

/// What a capture thread works with.
pub struct Source {
    /// Where the display is.
    pub platform: Platform,
    /// Which display.
    pub display: u8,
    /// The colours that it is shown in.
    pub mode: ColorMode,
    /// Tells which input came before a picture.
    pub hands: Option<Hands>,
    /// The clock of the link.
    pub clock: LinkClock,
}

/// Why a display cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum ShowError {
    /// It cannot be captured.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its capture ended.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// Its pictures cannot be coded.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// A film in it cannot be coded.
    #[error(transparent)]
    Video(#[from] codec::video::VideoError),
    /// It is larger than the protocol allows.
    #[error("the display is too large: {0}")]
    Extent(#[from] DecodeError),
    /// A fault of our own.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No randomness for a new epoch.
    #[error("no random number: {0}")]
    Random(#[from] getrandom::Error),
}

/// Takes pictures until the turn ends. `waker` is where others find the way to end a wait for damage.
///
/// # Errors
/// When the display cannot be shown any more.
pub(super) fn run(
    source: &Source,
    uplink: &Uplink,
    turn: Turn,
    waker: &Mutex<Option<Waker>>,
) -> Result<(), ShowError> {
    let mut failures = 0;
    while uplink.is_on(turn) {
        match show_epoch(source, uplink, turn, waker) {
            Err(ShowError::Capture(CaptureError::Resized)) => failures = 0,
            Err(ShowError::Open(error)) if failures < REOPEN_TRIES => {
                tracing::debug!(%error, display = source.display, "display not there yet");
                failures += 1;
                std::thread::park_timeout(REOPEN_PAUSE);
            }
            other => return other,
        }
    }
    Ok(())
}

/// Takes pictures while the display keeps its size.
fn show_epoch(
    source: &Source,
    uplink: &Uplink,
    turn: Turn,
    waker: &Mutex<Option<Waker>>,
) -> Result<(), ShowError> {
    let mut capture = source.platform.capture(source.display)?;
    *waker.lock() = Some(capture.waker());
    let mut coder: Option<Coder> = None;
    let (mut budget, mut left) = (Budget::default(), Left::default());
    let mut not_before = Instant::now();
    loop {
        match uplink.wait(turn, not_before) {
            Task::Stop => return Ok(()),
            Task::Tiles(tiles) => {
                if let Some(coder) = &mut coder {
                    uplink.put(turn, coder.tiles(&tiles), false)?;
                }
            }
            Task::Picture => {
                let wait = match &coder {
                    _ if !left.region.is_empty() => Duration::ZERO,
                    Some(coder) => coder.wait(),
                    None => DAMAGE_WAIT,
                };
                let captured = capture.next_frame(wait)?;
                let (now, wish) = (Instant::now(), uplink.video());
                if let Some(refined) = coder.as_mut().and_then(|coder| coder.refine(now)) {
                    uplink.put(turn, refined, false)?;
                }
                if let Some(captured) = captured {
                    left.add(captured.damage, source, now);
                }
                let Some(frame) = capture.newest().filter(|_| !left.region.is_empty()) else {
                    if let Some(coder) = &mut coder
                        && let Some(coded) = coder.look(&wish, now, source.clock.at(now))?
                    {
                        uplink.put(turn, coded, true)?;
                    }
                    continue;
                };
                let coder = match &mut coder {
                    Some(coder) => coder,
                    none => none.insert(Coder::new(frame.size(), source.mode)?),
                };
                let (part, inputs) = left.take(&budget, &wish, coder);
                let coded = coder.code(&frame, &part, &wish, now, left.captured_us, inputs)?;
                budget.spent(part.iter().map(|rect| rect.area()).sum(), now.elapsed());
                let is_answer = source.hands.as_ref().is_some_and(|hands| hands.acted_within(ANSWER_TIME));
                let is_at_once = is_answer || !left.region.is_empty();
                not_before = if is_at_once { now } else { now + budget.interval() };
                if let Some(coded) = coded {
                    uplink.put(turn, coded, true)?;
                }
            }
        }
    }
}

/// What was captured and not coded yet.
#[derive(Default)]
struct Left {
    region: Region,
    /// When it was captured last, and the inputs before that.
    captured_us: u32,
    inputs: Vec<SeatInput>,
}

impl Left {
    fn add(&mut self, damage: &[Rect], source: &Source, now: Instant) {
        self.region.extend(damage.iter().copied());
        self.captured_us = source.clock.at(now);
        self.inputs = source.hands.as_ref().map(Hands::inputs).unwrap_or_default();
    }

    /// What is to be coded next, and the inputs that are answered once it is: those before the capture if nothing of it
    /// is left. Films are looked at as a whole, and a first picture is coded as one.
    fn take(&mut self, budget: &Budget, wish: &VideoWish, coder: &Coder) -> (Vec<Rect>, Vec<SeatInput>) {
        let is_whole = wish.is_wanted || coder.encoder.version() == Version::NONE;
        let part = if is_whole {
            std::mem::take(&mut self.region).rects().to_vec()
        } else {
            budget.part(&mut self.region)
        };
        let inputs = if self.region.is_empty() { self.inputs.clone() } else { coder.inputs.clone() };
        (part, inputs)
    }
}

/// Codes the pictures of one epoch.
struct Coder {
    /// Where not all colours are shown.
    toner: Option<Toner>,
    encoder: Encoder,
    films: Films,
    epoch: Epoch,
    captured_us: u32,
    inputs: Vec<SeatInput>,
}

impl Coder {
    fn new(size: Size, mode: ColorMode) -> Result<Self, ShowError> {
        let side = |pixels: u32| u16::try_from(pixels).unwrap_or(u16::MAX);
        let extent = Extent::new(side(size.width), side(size.height))?;
        let epoch = Epoch::from_wire(getrandom::u64()?);
        let (toner, encoder, films) = (Toner::new(mode, extent), Encoder::new(extent), Films::default());
        Ok(Self { toner, encoder, films, epoch, captured_us: 0, inputs: Vec::new() })
    }

    /// What changed, coded; `None` when nothing did and no input was answered.
    fn code(
        &mut self,
        frame: &Frame<'_>,
        damage: &[Rect],
        wish: &VideoWish,
        now: Instant,
        captured_us: u32,
        inputs: Vec<SeatInput>,
    ) -> Result<Option<Capture>, ShowError> {
        let (frame, damage) = match &mut self.toner {
            Some(toner) => toner.tone(frame, damage),
            None => (*frame, damage),
        };
        let operations = match self.films.code(&mut self.encoder, Some((&frame, damage)), wish, now) {
            // A display that lasts longer than its versions gets a new epoch by being opened again.
            Err(ShowError::Encode(EncodeError::Versions(_))) => return Err(CaptureError::Resized.into()),
            coded => coded?,
        };
        if operations.is_empty() && inputs == self.inputs {
            return Ok(None);
        }
        if !operations.is_empty() {
            self.captured_us = captured_us;
        }
        self.inputs = inputs;
        Ok(Some(self.capture(operations)))
    }

    /// How long to wait for damage before [`Coder::look`] and [`Coder::refine`] may have something.
    fn wait(&self) -> Duration {
        if self.films.are_busy() {
            FILM_WAIT
        } else if self.encoder.is_rough() {
            ROUGH_WAIT
        } else {
            DAMAGE_WAIT
        }
    }

    /// Photographs that stand still, exactly.
    fn refine(&mut self, now: Instant) -> Option<Capture> {
        let operations = self.encoder.refine(now, REFINED_TILES_MAX);
        if operations.is_empty() { None } else { Some(self.capture(operations)) }
    }

    /// What is due by time, without a new picture.
    fn look(&mut self, wish: &VideoWish, now: Instant, now_us: u32) -> Result<Option<Capture>, ShowError> {
        let operations = self.films.code(&mut self.encoder, None, wish, now)?;
        if operations.is_empty() {
            return Ok(None);
        }
        self.captured_us = now_us;
        Ok(Some(self.capture(operations)))
    }

    /// Whole tiles of the newest picture, for a relay that lost track of them.
    fn tiles(&mut self, tiles: &[TileIndex]) -> Capture {
        let operations = tiles.iter().filter_map(|&index| self.encoder.tile(index)).collect();
        self.capture(operations)
    }

    fn capture(&self, operations: Vec<Operation>) -> Capture {
        let (epoch, extent, version) = (self.epoch, self.encoder.extent(), self.encoder.version());
        let (captured_us, inputs) = (self.captured_us, self.inputs.clone());
        Capture { epoch, extent, version, captured_us, operations, inputs }
    }
}
