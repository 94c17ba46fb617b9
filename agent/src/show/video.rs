//! Films between the captured frames and the coder of tiles, while everybody who watches wants them as video.

use std::time::{Duration, Instant};

use codec::Encoder;
use codec::video::{Layer, Looked};
use frame::{Frame, Rect};
use wire::TileIndex;
use wire::screen::{Operation, PixelRect, VideoEnd};

use crate::show::capture::ShowError;

/// How long films wait for the next frame before they are looked at without one: one may be held back, be asked for
/// a key picture, or have ended.
pub(super) const FILM_WAIT: Duration = Duration::from_millis(50);

/// What the sender's side wants of films.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct VideoWish {
    /// Whether they are to be coded as such.
    pub(super) is_wanted: bool,
    /// What the line takes, all together; 0: not known.
    pub(super) bytes_per_second: u32,
    /// Films of which somebody needs a picture that stands alone.
    pub(super) keys: Vec<u32>,
}

impl VideoWish {
    /// What films may take: the rest is for tiles, which would wait behind them otherwise.
    fn film_rate(&self) -> u32 {
        self.bytes_per_second / 5 * 4
    }
}

/// The films of one epoch.
#[derive(Debug, Default)]
pub(super) struct Films {
    layer: Option<Layer>,
    /// Ids of an epoch are not used again.
    ids_used: u32,
}

impl Films {
    /// Codes a frame, or without one what is due by time: films as pictures, everything else as tiles.
    ///
    /// # Errors
    /// When something cannot be coded.
    pub(super) fn code(
        &mut self,
        encoder: &mut Encoder,
        fresh: Option<(&Frame<'_>, &[Rect])>,
        wish: &VideoWish,
        now: Instant,
    ) -> Result<Vec<Operation>, ShowError> {
        if wish.is_wanted && self.layer.is_none() && 0 < encoder.version().to_wire() {
            self.layer = Some(Layer::new(encoder.extent(), encoder.picture(), self.ids_used + 1));
        }
        let Some(layer) = &mut self.layer else {
            let Some((frame, damage)) = fresh else { return Ok(Vec::new()) };
            return Ok(encoder.encode(frame, damage, now)?);
        };
        if !wish.is_wanted {
            let operations = code_looked(encoder, layer.end(fresh, now)?, now)?;
            self.ids_used = layer.next_id() - 1;
            self.layer = None;
            return Ok(operations);
        }
        layer.set_rate(wish.film_rate());
        layer.ask_for_key(&wish.keys);
        let operations = code_looked(encoder, layer.look(fresh, now)?, now)?;
        layer.explained(moved(encoder, &operations));
        Ok(operations)
    }

    /// Whether [`Films::code`] is to be called soon even without a frame.
    pub(super) fn are_busy(&self) -> bool {
        self.layer.as_ref().is_some_and(Layer::is_busy)
    }
}

/// Codes what is left for tiles; where a film ended, every tile beneath anew, so that its viewers know when to stop
/// showing it.
fn code_looked(encoder: &mut Encoder, looked: Looked<'_>, now: Instant) -> Result<Vec<Operation>, ShowError> {
    let Looked { frame, damage, operations: pictures, ended } = looked;
    let mut operations = if damage.is_empty() { Vec::new() } else { encoder.encode(&frame, &damage, now)? };
    for (id, rect) in ended {
        operations.extend(encoder.renew(&beneath(encoder, rect)));
        operations.push(Operation::VideoEnd(VideoEnd { id, version: encoder.version() }));
    }
    operations.extend(pictures);
    Ok(operations)
}

fn beneath(encoder: &Encoder, rect: PixelRect) -> Vec<TileIndex> {
    encoder.extent().grid().touched(rect).collect()
}

/// The tiles that were explained as moved from elsewhere.
fn moved(encoder: &Encoder, operations: &[Operation]) -> impl Iterator<Item = TileIndex> {
    let grid = encoder.extent().grid();
    let copies = operations.iter().filter_map(|operation| match operation {
        Operation::Copy(copy) => Some(copy.to),
        _ => None,
    });
    copies.flat_map(move |to| grid.touched(to))
}
