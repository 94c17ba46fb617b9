//! Films on the display: finds where the picture moves as a film does, codes just that as H.264, and keeps it
//! away from the tiles.
//!
//! A [`Layer`] stands between the captured frames and the encoder of tiles. It looks at each frame first; what it
//! gives back has the pixels under a film as they were when the film began, so that they count as unchanged. When
//! a film ends, the tiles beneath are due at once, and viewers keep the last picture until they have them all.
//!
//! [`Planes`] has the colours, `h264` the coder, `heat` the eye for films, `region` one film. [`FilmView`] is
//! the far end, for viewers that are no browser. Nothing here reads a clock or starts a thread.

pub(crate) mod color;
mod decode;
mod h264;
mod heat;
mod region;
mod show;

use std::time::{Duration, Instant};

use frame::{Frame, Picture, Rect, Region as Damage};
use wire::screen::{Extent, Operation, PixelRect};

use crate::damage;
use heat::{BEGINS, GOES_ON, HeatMap, SUSPECT};
use region::Region;

pub use color::Planes;
pub use decode::{VideoDecodeError, VideoDecoder};
pub use show::{FilmCounters, FilmView};

/// Films at once: more is a wall of cameras, and each costs a coder and a decoder.
pub const FILMS_MAX: usize = 4;

/// How often films are looked for.
const LOOK_INTERVAL: Duration = Duration::from_millis(30);

/// How long a film must seem to be elsewhere before it is followed: a window that is dragged stops soon.
const MISFIT_TIME: Duration = Duration::from_millis(400);

/// A film of a new size or resolution costs a key picture and the tiles beneath, so it lives at least so long.
const LIFE_MIN: Duration = Duration::from_millis(1_500);

/// How long what may become a film is held back from the tiles: coded as tiles, its first pictures would cost as
/// much as the next ten seconds of it.
const SUSPENSE: Duration = Duration::from_millis(230);

/// Why a film cannot be coded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VideoError {
    /// The coder refuses.
    #[error("openh264: {0}")]
    Coder(#[from] openh264::Error),
    /// The frame has another size than the display.
    #[error("the frame has {found} pixels, the display {wanted}")]
    Size {
        /// Size of the display.
        wanted: frame::Size,
        /// Size of the frame.
        found: frame::Size,
    },
}

/// What a look at a frame gave.
#[derive(Debug)]
pub struct Looked<'a> {
    /// What the tiles are to be coded from: the frame, but for what films and what may become one cover.
    pub frame: Frame<'a>,
    /// Where it differs from the one before.
    pub damage: Vec<Rect>,
    /// Regions and pictures to be sent, in this order.
    pub operations: Vec<Operation>,
    /// Films that end, by id and place: in this very capture every tile beneath is to be coded, whole, followed by
    /// the film's end at the capture's version.
    pub ended: Vec<(u32, PixelRect)>,
}

/// The films of one rendition in one epoch.
#[derive(Debug)]
pub struct Layer {
    heat: HeatMap,
    /// The newest frame.
    newest: Picture,
    /// What the tiles are of: the newest frame, but for what is under films.
    beneath: Picture,
    films: Vec<Region>,
    next_id: u32,
    bytes_per_second: u32,
    looked_at: Option<Instant>,
    /// What may become a film, and is not shown to the tiles yet.
    withheld: Vec<Rect>,
    ended: Vec<(u32, Rect)>,
}

impl Layer {
    /// A layer without films over a picture that the tiles are at. `first_id` is above those of earlier layers of
    /// the same epoch.
    pub fn new(extent: Extent, picture: &Picture, first_id: u32) -> Self {
        Self {
            heat: HeatMap::new(extent),
            newest: picture.clone(),
            beneath: picture.clone(),
            films: Vec::new(),
            next_id: first_id,
            bytes_per_second: 0,
            looked_at: None,
            withheld: Vec::new(),
            ended: Vec::new(),
        }
    }

    /// The id that the next film would have.
    pub fn next_id(&self) -> u32 {
        self.next_id
    }

    /// Whether [`Layer::look`] is to be called soon even without a new frame.
    pub fn is_busy(&self) -> bool {
        !self.films.is_empty() || !self.withheld.is_empty()
    }

    /// What the films may take together from now on; 0: not known.
    pub fn set_rate(&mut self, bytes_per_second: u32) {
        self.bytes_per_second = bytes_per_second;
    }

    /// Somebody needs a picture of these films that stands alone: the next one is.
    pub fn ask_for_key(&mut self, ids: &[u32]) {
        for film in self.films.iter_mut().filter(|film| ids.contains(&film.id())) {
            film.ask_for_key();
        }
    }

    /// These tiles were sent as moved from elsewhere: a scroll is no film.
    pub fn explained(&mut self, tiles: impl Iterator<Item = wire::TileIndex>) {
        self.heat.cool(tiles);
    }

    /// Takes a frame and what changed in it since the one before; without one, what is due by time.
    ///
    /// # Errors
    /// When a film cannot be coded: the layer is of no further use.
    pub fn look(
        &mut self,
        fresh: Option<(&Frame<'_>, &[Rect])>,
        now: Instant,
    ) -> Result<Looked<'_>, VideoError> {
        let mut damage = Damage::default();
        damage.extend(self.withheld.iter().copied());
        if let Some((frame, damaged)) = fresh {
            self.take(frame, damaged, now, &mut damage)?;
        }
        if self.looked_at.is_none_or(|at| LOOK_INTERVAL <= now.saturating_duration_since(at)) {
            self.looked_at = Some(now);
            self.follow(now)?;
            self.withheld = self.suspects(now);
        }
        let mut operations = Vec::new();
        self.code(now, &mut operations)?;
        Ok(self.looked(damage, operations))
    }

    /// Takes a last frame and ends all films: nobody wants them any more. The layer is of no further use.
    ///
    /// # Errors
    /// When the frame has another size.
    pub fn end(
        &mut self,
        fresh: Option<(&Frame<'_>, &[Rect])>,
        now: Instant,
    ) -> Result<Looked<'_>, VideoError> {
        let mut damage = Damage::default();
        damage.extend(std::mem::take(&mut self.withheld));
        if let Some((frame, damaged)) = fresh {
            self.take(frame, damaged, now, &mut damage)?;
        }
        let ended: Vec<_> = self.films.iter().map(Region::id).collect();
        ended.into_iter().for_each(|id| self.end_film(id));
        Ok(self.looked(damage, Vec::new()))
    }

    fn take(
        &mut self,
        frame: &Frame<'_>,
        damaged: &[Rect],
        now: Instant,
        damage: &mut Damage,
    ) -> Result<(), VideoError> {
        if frame.size() != self.newest.size() {
            return Err(VideoError::Size { wanted: self.newest.size(), found: frame.size() });
        }
        let changes = damage::find(frame, &self.newest, damaged);
        for change in &changes {
            self.newest.copy_from(frame, change.rect);
            damage.add(change.rect);
        }
        self.heat.note(&self.newest, &changes, now);
        for film in &mut self.films {
            let rect = film.rect();
            film.is_dirty |= changes.iter().any(|change| change.rect.intersect(rect).is_some());
        }
        Ok(())
    }

    /// Ends films that stopped, follows those that are elsewhere, begins new ones.
    fn follow(&mut self, now: Instant) -> Result<(), VideoError> {
        let going = self.heat.films(&GOES_ON, now);
        let still: Vec<_> = self.films.iter().filter(|film| !is_backed(film.rect(), &going)).collect();
        let still: Vec<_> = still.into_iter().map(Region::id).collect();
        still.into_iter().for_each(|id| self.end_film(id));
        for (rect, _) in self.heat.films(&BEGINS, now) {
            if is_backed(rect, &going) {
                self.place(rect, now)?;
            }
        }
        let rate = self.share();
        let misfits = |film: &&Region| LIFE_MIN <= age(film, now) && film.misfits_rate(rate(film.rect()));
        if let Some((id, rect)) = self.films.iter().find(misfits).map(|film| (film.id(), film.rect())) {
            self.end_film(id);
            self.begin_film(rect, now)?;
        }
        Ok(())
    }

    /// A film was seen: the one that is there, or there for long enough now, or a new one.
    fn place(&mut self, rect: Rect, now: Instant) -> Result<(), VideoError> {
        let common = |film: &Region| film.rect().intersect(rect).map_or(0, Rect::area);
        let Some(film) =
            self.films.iter_mut().filter(|film| 0 < common(film)).max_by_key(|film| common(film))
        else {
            return self.begin_film(rect, now);
        };
        let known = film.rect();
        if known.covers(rect) && known.area() <= 2 * rect.area() {
            film.misfits_since = None;
            return Ok(());
        }
        let since = *film.misfits_since.get_or_insert(now);
        if now.saturating_duration_since(since) < MISFIT_TIME {
            return Ok(());
        }
        if LIFE_MIN <= age(film, now) {
            let overlapped = self.films.iter().filter(|film| film.rect().intersect(rect).is_some());
            let overlapped: Vec<_> = overlapped.map(Region::id).collect();
            overlapped.into_iter().for_each(|id| self.end_film(id));
            self.begin_film(rect, now)?;
        }
        Ok(())
    }

    fn begin_film(&mut self, rect: Rect, now: Instant) -> Result<(), VideoError> {
        if FILMS_MAX <= self.films.len() || !Region::fits(rect) {
            return Ok(());
        }
        let rate = self.share()(rect);
        self.films.push(Region::new(self.next_id, rect, rate, now)?);
        self.next_id += 1;
        Ok(())
    }

    fn end_film(&mut self, id: u32) {
        let Some(at) = self.films.iter().position(|film| film.id() == id) else { return };
        let film = self.films.swap_remove(at);
        self.ended.push((if film.is_shown() { id } else { 0 }, film.rect()));
    }

    /// What may become a film and is not old: it is not shown to the tiles for a moment.
    fn suspects(&self, now: Instant) -> Vec<Rect> {
        let suspects = self.heat.films(&SUSPECT, now).into_iter();
        suspects
            .filter(|(rect, since)| {
                now.saturating_duration_since(*since) < SUSPENSE
                    && self.films.iter().all(|film| film.rect().intersect(*rect).is_none())
            })
            .map(|(rect, _)| rect)
            .collect()
    }

    fn code(&mut self, now: Instant, operations: &mut Vec<Operation>) -> Result<(), VideoError> {
        let rate = self.share();
        for film in &mut self.films {
            film.code(&self.newest.frame(), rate(film.rect()), now, operations)?;
        }
        Ok(())
    }

    /// What a film may take of the rate, by its size.
    fn share(&self) -> impl Fn(Rect) -> u32 + use<> {
        let total: u64 = self.films.iter().map(|film| film.rect().area()).sum();
        let rate = u64::from(self.bytes_per_second);
        move |rect| (rate * rect.area() / total.max(rect.area()).max(1)) as u32
    }

    /// Shows to the tiles what is not covered.
    fn looked(&mut self, mut damage: Damage, operations: Vec<Operation>) -> Looked<'_> {
        let ended = std::mem::take(&mut self.ended);
        damage.extend(ended.iter().map(|(_, rect)| *rect));
        let films = self.films.iter().map(Region::rect);
        let covers: Vec<Rect> = films.chain(self.withheld.iter().copied()).collect();
        let mut shown = Vec::new();
        for rect in damage.rects() {
            shown.extend(region::outside(*rect, &covers));
        }
        for rect in &shown {
            self.beneath.copy_from(&self.newest.frame(), *rect);
        }
        let ended = ended.into_iter().filter(|(id, _)| *id != 0);
        let ended = ended.map(|(id, rect)| (id, region::to_wire(rect))).collect();
        Looked { frame: self.beneath.frame(), damage: shown, operations, ended }
    }
}

/// Whether something still moves in most of a film's place.
fn is_backed(rect: Rect, going: &[(Rect, Instant)]) -> bool {
    let moving: u64 = going.iter().filter_map(|(film, _)| film.intersect(rect)).map(Rect::area).sum();
    rect.area() <= 4 * moving
}

fn age(film: &Region, now: Instant) -> Duration {
    now.saturating_duration_since(film.began())
}
