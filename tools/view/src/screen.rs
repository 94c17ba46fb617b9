//! One rendition as a viewer has it: what arrived, what is painted, what is missing.

use std::borrow::Cow;
use std::collections::BTreeSet;

use codec::Painter;
use codec::video::FilmView;
use frame::Picture;
use proto::screen::{Inbox, InboxError, starts_over};
use wire::control::{Answer, Refresh};
use wire::screen::{Operation, Tile, Update};
use wire::{RenditionId, SessionId, TileIndex};

/// Updates in the order in which they may be painted, and the picture.
pub(crate) struct Screen {
    session: SessionId,
    rendition: RenditionId,
    inbox: Inbox,
    painter: Option<Painter>,
    films: FilmView,
    missing: BTreeSet<TileIndex>,
    refinement_bytes: u64,
}

impl Screen {
    pub(crate) fn new(session: SessionId, rendition: RenditionId) -> Self {
        let (inbox, missing) = (Inbox::new(), BTreeSet::new());
        let (painter, films) = (None, FilmView::default());
        Self { session, rendition, inbox, painter, films, missing, refinement_bytes: 0 }
    }

    /// Takes an update and paints what may be painted now. Gives the updates that were painted.
    pub(crate) fn receive(&mut self, update: Update) -> Result<Vec<Update>, InboxError> {
        self.inbox.receive(update)?;
        let mut painted = Vec::new();
        while let Some(update) = self.inbox.poll() {
            let (epoch, extent) = (update.header.epoch, update.header.extent);
            let is_old = self.painter.as_ref().is_some_and(|painter| painter.epoch() != epoch);
            if is_old || starts_over(&update) {
                (self.painter, self.films) = (None, FilmView::default());
            }
            let painter = self.painter.get_or_insert_with(|| Painter::new(epoch, extent));
            self.refinement_bytes += refinement_bytes(painter, &update);
            self.missing.extend(painter.paint(&update).lost);
            update.operations.iter().for_each(|operation| self.films.apply(operation));
            self.films.settle(painter);
            painted.push(update);
        }
        Ok(painted)
    }

    /// What is shown: the tiles, and films above them.
    pub(crate) fn shown(&self) -> Option<Cow<'_, Picture>> {
        let picture = self.painter.as_ref()?.picture();
        Some(if self.films.count() == 0 {
            Cow::Borrowed(picture)
        } else {
            Cow::Owned(self.films.over(picture))
        })
    }

    /// Payload bytes since the last call that only made what was shown better.
    pub(crate) fn take_refinement_bytes(&mut self) -> u64 {
        std::mem::take(&mut self.refinement_bytes)
    }

    /// What the relay is told after painting.
    pub(crate) fn answer(&self, paint_us: u32) -> Answer {
        Answer {
            session: self.session.to_wire(),
            rendition: u32::from(self.rendition.to_wire()),
            applied: self.inbox.applied(),
            decode_us: 0,
            paint_us,
        }
    }

    /// What the relay is asked for, when something could not be painted.
    pub(crate) fn take_refresh(&mut self) -> Option<Refresh> {
        let painter = self.painter.as_ref()?;
        let videos = self.films.take_lost();
        if self.missing.is_empty() && videos.is_empty() {
            return None;
        }
        let tiles = std::mem::take(&mut self.missing);
        Some(Refresh {
            session: self.session.to_wire(),
            rendition: u32::from(self.rendition.to_wire()),
            epoch: painter.epoch().to_wire(),
            tiles: tiles.into_iter().map(|index| u32::from(index.to_wire())).collect(),
            videos,
        })
    }
}

/// Payload of tiles that show what the painter has already, nearer to the endpoint's pixels.
fn refinement_bytes(painter: &Painter, update: &Update) -> u64 {
    let refines = |tile: &&Tile| {
        painter.epoch() == update.header.epoch
            && painter
                .held(tile.index)
                .is_some_and(|(version, quality)| version == tile.version && quality < tile.quality)
    };
    let tiles = update.operations.iter().filter_map(|operation| match operation {
        Operation::Tile(tile) => Some(tile),
        _ => None,
    });
    tiles.filter(refines).map(|tile| tile.payload.len() as u64).sum()
}
