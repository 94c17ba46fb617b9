//! What pictures teach for those that come after them: a dictionary of the epoch.
//!
//! A dictionary is a row of pictures, each traced with what those before it taught. Who has traced them all knows what
//! came after what on this screen, and its colours; a tile or a patch that names the dictionary begins with that.

use super::memory::Memory;
use super::{Color, TILE_PIXELS, Tracer};
use crate::PayloadError;

/// Surroundings that are remembered, as a power of two: several tiles of text have some thousands.
const MEMORY_BITS: u32 = 13;

/// The colours that are known to begin with: the last ones. A number of them takes at most a byte.
const COLORS_MAX: usize = 255;

/// The grounds that are known to begin with: the first ones.
const GROUNDS_MAX: usize = 4;

/// Bytes in front of each picture: width − 1, height − 1, length of its body.
const HEAD_BYTES: usize = 4;

/// Pictures of a dictionary: bounds what reading one takes.
const PICTURES_MAX: usize = 32;

/// What the pictures of a dictionary taught.
#[derive(Debug, Clone)]
pub(crate) struct Primer {
    far: Memory,
    near: Memory,
    colors: Vec<Color>,
    grounds: Vec<Color>,
    /// A bit for the hash of each colour.
    #[cfg(feature = "encode")]
    sieve: [u64; SIEVE_WORDS],
}

/// Words of the sieve: so many that few colours pass for another.
#[cfg(feature = "encode")]
const SIEVE_WORDS: usize = 64;

/// Where a colour's bit is in a sieve.
#[cfg(feature = "encode")]
fn sieve_place(color: Color) -> (usize, u64) {
    let hash = color.wrapping_mul(0x9e37_79b1) >> 20;
    ((hash >> 6) as usize % SIEVE_WORDS, 1 << (hash & 63))
}

impl Primer {
    /// Reads a dictionary.
    ///
    /// # Errors
    /// [`PayloadError`] where it is no row of pictures.
    pub(crate) fn read(dictionary: &[u8]) -> Result<Self, PayloadError> {
        let mut learner = Learner::default();
        let mut rest = dictionary;
        for _ in 0..PICTURES_MAX {
            if rest.is_empty() {
                break;
            }
            let short = PayloadError::Length { wanted: HEAD_BYTES, found: rest.len() };
            let (&[width, height, low, high], behind) = rest.split_first_chunk().ok_or(short)?;
            let (width, height) = (usize::from(width) + 1, usize::from(height) + 1);
            let length = usize::from(u16::from_le_bytes([low, high]));
            let short = PayloadError::Length { wanted: length, found: behind.len() };
            let (body, behind) = behind.split_at_checked(length).ok_or(short)?;
            if TILE_PIXELS < width * height {
                return Err(PayloadError::Length { wanted: TILE_PIXELS, found: width * height });
            }
            learner.tracer.read(body, width, height, None)?;
            learner.note_ground();
            rest = behind;
        }
        if rest.is_empty() {
            Ok(learner.finish())
        } else {
            Err(PayloadError::Length { wanted: dictionary.len() - rest.len(), found: dictionary.len() })
        }
    }

    /// Whether a colour is among those that are known; now and then also for one that is not.
    #[cfg(feature = "encode")]
    pub(crate) fn may_know(&self, color: Color) -> bool {
        let (word, bit) = sieve_place(color);
        self.sieve[word] & bit != 0
    }

    pub(super) fn far(&self) -> &Memory {
        &self.far
    }

    pub(super) fn near(&self) -> &Memory {
        &self.near
    }

    pub(super) fn colors(&self) -> &[Color] {
        &self.colors
    }

    pub(super) fn grounds(&self) -> &[Color] {
        &self.grounds
    }
}

/// Traces pictures without forgetting those before.
#[derive(Debug, Clone)]
struct Learner {
    tracer: Tracer,
    grounds: Vec<Color>,
}

impl Default for Learner {
    fn default() -> Self {
        Self { tracer: Tracer::new(MEMORY_BITS), grounds: Vec::new() }
    }
}

impl Learner {
    /// After each picture.
    fn note_ground(&mut self) {
        let ground = self.tracer.ground;
        if self.grounds.len() < GROUNDS_MAX && !self.grounds.contains(&ground) {
            self.grounds.push(ground);
        }
        let more = self.tracer.colors.len().saturating_sub(COLORS_MAX);
        self.tracer.colors.drain(..more);
    }

    fn finish(self) -> Primer {
        let Self { tracer: Tracer { far, near, colors, .. }, grounds } = self;
        #[cfg(feature = "encode")]
        let sieve = colors.iter().fold([0; SIEVE_WORDS], |mut sieve, color| {
            let (word, bit) = sieve_place(*color);
            sieve[word] |= bit;
            sieve
        });
        Primer {
            far,
            near,
            colors,
            grounds,
            #[cfg(feature = "encode")]
            sieve,
        }
    }
}

/// Makes a dictionary, picture by picture.
#[cfg(feature = "encode")]
#[derive(Debug, Clone, Default)]
pub(crate) struct PrimerBuilder {
    learner: Learner,
    pictures: usize,
    bytes: Vec<u8>,
}

#[cfg(feature = "encode")]
impl PrimerBuilder {
    /// Adds a picture of `colors` in rows of `width`, which were tallied last. Gives the bytes of its body; nothing where
    /// there is no room for it in `bytes_max`: then the builder is of no further use.
    pub(crate) fn add(
        &mut self,
        colors: &[Color],
        width: usize,
        tally: &super::Tally,
        bytes_max: usize,
    ) -> Option<usize> {
        let height = colors.len() / width.max(1);
        let side = |length: usize| u8::try_from(length.checked_sub(1)?).ok();
        let start = self.bytes.len();
        self.bytes.extend([side(width)?, side(height)?, 0, 0]);
        let body = self.bytes.len();
        self.learner.tracer.write(colors, width, tally, None, &mut self.bytes);
        let length = self.bytes.len() - body;
        let stated = u16::try_from(length).ok()?.to_le_bytes();
        self.bytes.get_mut(start + 2..body)?.copy_from_slice(&stated);
        self.learner.note_ground();
        self.pictures += 1;
        (self.pictures <= PICTURES_MAX && self.bytes.len() <= bytes_max).then_some(length)
    }

    /// The dictionary, and what it teaches; nothing without a picture.
    pub(crate) fn finish(self) -> Option<(Vec<u8>, Primer)> {
        (0 < self.pictures).then(|| (self.bytes, self.learner.finish()))
    }
}
