//! What the benches share: recorded desktops as lists of frames. The three short ones of `data/` are always
//! there; long ones are read from a folder that is named.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use frame::{Grid, Picture, Rect, Region, Size};
use platform::fake::RecordingReader;
use wire::screen::{Extent, Header, Operation, Update};
use wire::{Epoch, RenditionId, SessionId, Version};

/// The recordings in `data/`.
pub const CLIPS: [&str; 3] = ["typing", "scroll", "ide"];

/// The epoch of all updates here.
pub const EPOCH: Epoch = Epoch::from_wire(1);

/// Writes a frame of a recording: when it was, and the tiles that differ from the frame before.
///
/// # Errors
/// Where it cannot be written, or no recording can have such pictures.
pub fn write_frame(
    at_us: u64,
    picture: &Picture,
    before: Option<&Picture>,
    to: &mut impl Write,
) -> Result<()> {
    let grid = Grid::of(picture.size())?;
    let is_changed =
        |rect: Rect| before.is_none_or(|before| !picture.frame().rows(rect).eq(before.frame().rows(rect)));
    let tiles = grid.indices().filter_map(|index| Some((index, grid.rect(index)?)));
    let changed: Vec<(u16, Rect)> = tiles.filter(|(_, rect)| is_changed(*rect)).collect();
    to.write_all(&at_us.to_le_bytes())?;
    to.write_all(&u32::try_from(changed.len())?.to_le_bytes())?;
    for (index, rect) in changed {
        to.write_all(&index.to_le_bytes())?;
        for row in picture.frame().rows(rect) {
            to.write_all(row)?;
        }
    }
    Ok(())
}

/// Reads a recorded desktop frame by frame.
pub struct Playback {
    reader: RecordingReader,
    picture: Picture,
    damage: Region,
}

impl Playback {
    /// Opens a recording.
    ///
    /// # Errors
    /// Where the file is not there or is no recording.
    pub fn open(path: &Path) -> Result<Self> {
        let reader = RecordingReader::open(path).with_context(|| path.display().to_string())?;
        let picture = Picture::new(reader.size())?;
        Ok(Self { reader, picture, damage: Region::default() })
    }

    /// Width and height of the recorded display.
    pub fn size(&self) -> Size {
        self.picture.size()
    }

    /// The size of the recorded display, as it travels.
    ///
    /// # Errors
    /// Where no display can have that size.
    pub fn extent(&self) -> Result<Extent> {
        let size = self.picture.size();
        Ok(Extent::new(size.width.try_into()?, size.height.try_into()?)?)
    }

    /// The next frame and what changed in it; `None` after the last.
    ///
    /// # Errors
    /// Where the recording is damaged.
    pub fn next_frame(&mut self) -> Result<Option<(&Picture, &[Rect])>> {
        if self.reader.next_frame()?.is_none() {
            return Ok(None);
        }
        self.damage.clear();
        self.reader.draw(&mut self.picture, &mut self.damage)?;
        Ok(Some((&self.picture, self.damage.rects())))
    }
}

/// A frame on its own.
pub struct RecordedFrame {
    /// The whole display.
    pub picture: Picture,
    /// What changed since the frame before.
    pub damage: Vec<Rect>,
}

/// All frames of one of [`CLIPS`], at least two.
///
/// # Errors
/// Where the file cannot be read.
pub fn clip(name: &str) -> Result<(Extent, Vec<RecordedFrame>)> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(format!("{name}.td.zst"));
    let mut playback = Playback::open(&path)?;
    let mut frames = Vec::new();
    while let Some((picture, damage)) = playback.next_frame()? {
        frames.push(RecordedFrame { picture: picture.clone(), damage: damage.to_vec() });
    }
    ensure!(2 <= frames.len(), "a clip of {} frames", frames.len());
    Ok((playback.extent()?, frames))
}

/// What an encoder gave for a frame, as the update that travels. Versions, and with them updates, count from 1.
pub fn update(extent: Extent, version: u32, operations: Vec<Operation>) -> Update {
    let header = Header {
        session: SessionId::from_wire(1),
        rendition: RenditionId::default(),
        epoch: EPOCH,
        extent,
        number: u64::from(version),
        after: u64::from(version.saturating_sub(1)),
        captured_us: 0,
        newest: Version::from_wire(version),
        inputs: Vec::new(),
    };
    Update { header, operations }
}
