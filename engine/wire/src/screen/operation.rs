//! The operations of an update.

use bytes::Bytes;

use crate::limits::{
    DICTIONARIES_MAX, DICTIONARY_BYTES_MAX, EXTENT_MAX, PICTURE_BYTES_MAX, SLOTS_MAX, TILE_BYTES_MAX,
    TILES_MAX,
};
use crate::screen::TILE_SIDE;
use crate::{DecodeError, DictionaryId, Reader, Slot, TileIndex, Version, Writer};

/// How near a tile is to the endpoint's pixels. Higher is better.
pub type Quality = u8;

/// The quality of a tile that equals the rendition's own pixels.
pub const EXACT: Quality = u8::MAX;

/// How a payload is coded. Only `codec` knows what the numbers mean; hops pass them on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Coding(pub u8);

/// A rectangle in pixels of a display.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PixelRect {
    /// Left edge.
    pub x: u16,
    /// Top edge.
    pub y: u16,
    /// Pixels from left to right.
    pub width: u16,
    /// Pixels from top to bottom.
    pub height: u16,
}

impl PixelRect {
    /// Whether all of `other` lies inside.
    pub fn contains(self, other: Self) -> bool {
        let inside = |start: u16, length: u16, inner: u16, inner_length: u16| {
            start <= inner
                && u32::from(inner) + u32::from(inner_length) <= u32::from(start) + u32::from(length)
        };
        inside(self.x, self.width, other.x, other.width) && inside(self.y, self.height, other.y, other.height)
    }
}

/// A rectangle in pixels of one tile, inside of it and not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TileRect {
    /// Left edge, below 64.
    pub x: u8,
    /// Top edge, below 64.
    pub y: u8,
    /// Pixels from left to right, 1 to 64.
    pub width: u8,
    /// Pixels from top to bottom, 1 to 64.
    pub height: u8,
}

/// One tile, whole; needs nothing but its dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Which tile.
    pub index: TileIndex,
    /// The capture in which its pixels last changed.
    pub version: Version,
    /// How near it is to the endpoint's pixels.
    pub quality: Quality,
    /// How the payload is coded.
    pub coding: Coding,
    /// The dictionary of the epoch that the payload needs.
    pub dictionary: Option<DictionaryId>,
    /// Where the receiver keeps this tile for a later [`Reuse`]; dealt anew on every link.
    pub keep: Option<Slot>,
    /// The coded pixels.
    pub payload: Bytes,
}

/// When a based operation may be applied, and what it makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Based {
    /// The version that it makes.
    pub version: Version,
    /// The capture whose pixels it reads; before `version`.
    pub base: Version,
}

/// Moves pixels: scrolls and dragged windows. Reads the picture as it was before the update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyArea {
    /// What it reads and makes.
    pub based: Based,
    /// Left edge of the pixels that are read.
    pub from_x: u16,
    /// Top edge of the pixels that are read.
    pub from_y: u16,
    /// The pixels that are written; the area that is read has the same size.
    pub to: PixelRect,
}

/// Writes a part of a tile, such as a typed letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchTile {
    /// What it reads and makes.
    pub based: Based,
    /// Which tile.
    pub index: TileIndex,
    /// The part that is written.
    pub rect: TileRect,
    /// How the payload is coded.
    pub coding: Coding,
    /// The dictionary of the epoch that the payload needs.
    pub dictionary: Option<DictionaryId>,
    /// The coded pixels of the part.
    pub payload: Bytes,
}

/// Shows a tile that the receiver kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reuse {
    /// Which tile is written.
    pub index: TileIndex,
    /// The version that it has from then on.
    pub version: Version,
    /// Where the pixels were kept.
    pub slot: Slot,
}

/// A dictionary for payloads of this epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dictionary {
    /// Its place; a new one at the same place replaces the old.
    pub id: DictionaryId,
    /// Its bytes.
    pub payload: Bytes,
}

/// A region that is shown as video, above the tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VideoRegion {
    /// Names the region; a new size is a new id.
    pub id: u32,
    /// Where it is shown; all four numbers are even, as colours are coded for two by two pixels.
    pub rect: PixelRect,
    /// Width of the coded pictures; even, at least 2.
    pub coded_width: u16,
    /// Height of the coded pictures; even, at least 2.
    pub coded_height: u16,
}

/// One coded picture of a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoPicture {
    /// Which region.
    pub id: u32,
    /// Whether it can be decoded without earlier ones.
    pub key: bool,
    /// Counts the pictures of a region from 1.
    pub number: u32,
    /// H.264, Annex B.
    pub payload: Bytes,
}

/// A region ends: it stays until every tile beneath it is at `version`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VideoEnd {
    /// Which region.
    pub id: u32,
    /// The version that the tiles beneath must reach.
    pub version: Version,
}

/// One step of an update.
///
/// Each begins with a byte: the operation in its low four bits, flags in the high ones. `back` is
/// `newest − version` and stands there only with flag 0x10; `ago` is `version − base`.
///
/// ```text
/// 1 Tile          index, [back], [0x80: quality u8], coding u8, [0x40: dictionary u8], [0x20: slot], block
/// 2 Copy          [back], ago, from x, from y, to x, to y, width, height
/// 3 Patch         index, [back], ago, x u8, y u8, width u8, height u8, coding u8, [0x40: dictionary u8], block
/// 4 Reuse         index, [back], slot
/// 5 Dictionary    id u8, block
/// 6 VideoRegion   id, x, y, width, height, coded width, coded height
/// 7 VideoPicture  id, [0x20: a key picture], number, block
/// 8 VideoEnd      id, [back]
/// ```
///
/// Fields without a type are varints; a block is a length as varint and that many bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// See [`Tile`].
    Tile(Tile),
    /// See [`CopyArea`].
    Copy(CopyArea),
    /// See [`PatchTile`].
    Patch(PatchTile),
    /// See [`Reuse`].
    Reuse(Reuse),
    /// See [`Dictionary`].
    Dictionary(Dictionary),
    /// See [`VideoRegion`].
    VideoRegion(VideoRegion),
    /// See [`VideoPicture`].
    VideoPicture(VideoPicture),
    /// See [`VideoEnd`].
    VideoEnd(VideoEnd),
}

const TILE: u8 = 1;
const COPY: u8 = 2;
const PATCH: u8 = 3;
const REUSE: u8 = 4;
const DICTIONARY: u8 = 5;
const VIDEO_REGION: u8 = 6;
const VIDEO_PICTURE: u8 = 7;
const VIDEO_END: u8 = 8;

const HAS_BACK: u8 = 0x10;
const HAS_SLOT: u8 = 0x20;
const IS_KEY: u8 = 0x20;
const HAS_DICTIONARY: u8 = 0x40;
const HAS_QUALITY: u8 = 0x80;

impl Operation {
    /// The version that it makes; `None` for what is not about tiles.
    pub fn version(&self) -> Option<Version> {
        match self {
            Self::Tile(tile) => Some(tile.version),
            Self::Copy(copy) => Some(copy.based.version),
            Self::Patch(patch) => Some(patch.based.version),
            Self::Reuse(reuse) => Some(reuse.version),
            Self::VideoEnd(end) => Some(end.version),
            Self::Dictionary(_) | Self::VideoRegion(_) | Self::VideoPicture(_) => None,
        }
    }

    /// Writes the operation in an update whose newest version is `newest`.
    ///
    /// # Panics
    /// When the operation's version is above `newest`, or a base is not below its version.
    pub(super) fn encode(&self, newest: Version, out: &mut Writer) {
        let back = self.version().map_or(0, |version| newest.to_wire() - version.to_wire());
        let behind = if back == 0 { 0 } else { HAS_BACK };
        match self {
            Self::Tile(tile) => tile.encode(back, behind, out),
            Self::Copy(copy) => copy.encode(back, behind, out),
            Self::Patch(patch) => patch.encode(back, behind, out),
            Self::Reuse(reuse) => {
                out.u8(REUSE | behind);
                out.varint(u64::from(reuse.index.to_wire()));
                put_back(back, out);
                out.varint(u64::from(reuse.slot.to_wire()));
            }
            Self::Dictionary(dictionary) => {
                out.u8(DICTIONARY);
                out.u8(dictionary.id.to_wire());
                out.block(&dictionary.payload);
            }
            Self::VideoRegion(region) => region.encode(out),
            Self::VideoPicture(picture) => {
                out.u8(VIDEO_PICTURE | if picture.key { IS_KEY } else { 0 });
                out.varint(u64::from(picture.id));
                out.varint(u64::from(picture.number));
                out.block(&picture.payload);
            }
            Self::VideoEnd(end) => {
                out.u8(VIDEO_END | behind);
                out.varint(u64::from(end.id));
                put_back(back, out);
            }
        }
    }

    /// Reads one operation off the front, in an update whose newest version is `newest`.
    pub(super) fn decode(newest: Version, reader: &mut Reader) -> Result<Self, DecodeError> {
        let first = reader.u8()?;
        let (kind, flags) = (first & 0x0f, first & 0xf0);
        let allowed = match kind {
            TILE => HAS_BACK | HAS_SLOT | HAS_DICTIONARY | HAS_QUALITY,
            PATCH => HAS_BACK | HAS_DICTIONARY,
            COPY | REUSE | VIDEO_END => HAS_BACK,
            VIDEO_PICTURE => IS_KEY,
            _ => 0,
        };
        if flags & !allowed != 0 {
            return Err(DecodeError::Unknown { field: "flags of an operation", got: u64::from(first) });
        }
        Ok(match kind {
            TILE => Self::Tile(Tile::decode(newest, flags, reader)?),
            COPY => Self::Copy(CopyArea::decode(newest, flags, reader)?),
            PATCH => Self::Patch(PatchTile::decode(newest, flags, reader)?),
            REUSE => {
                let index = get_index(reader)?;
                let version = get_version(newest, flags, reader)?;
                Self::Reuse(Reuse { index, version, slot: get_slot(reader)? })
            }
            DICTIONARY => {
                let id = get_dictionary(reader)?;
                Self::Dictionary(Dictionary {
                    id,
                    payload: reader.block("dictionary", DICTIONARY_BYTES_MAX)?,
                })
            }
            VIDEO_REGION => Self::VideoRegion(VideoRegion::decode(reader)?),
            VIDEO_PICTURE => Self::VideoPicture(VideoPicture {
                id: reader.varint_u32("region")?,
                key: flags & IS_KEY != 0,
                number: reader.varint_u32("picture")?,
                payload: reader.block("picture", PICTURE_BYTES_MAX)?,
            }),
            VIDEO_END => {
                let id = reader.varint_u32("region")?;
                Self::VideoEnd(VideoEnd { id, version: get_version(newest, flags, reader)? })
            }
            _ => return Err(DecodeError::Unknown { field: "operation", got: u64::from(first) }),
        })
    }
}

impl Tile {
    fn encode(&self, back: u32, behind: u8, out: &mut Writer) {
        let lossy = if self.quality == EXACT { 0 } else { HAS_QUALITY };
        let kept = if self.keep.is_some() { HAS_SLOT } else { 0 };
        out.u8(TILE | behind | lossy | kept | dictionary_flag(self.dictionary));
        out.varint(u64::from(self.index.to_wire()));
        put_back(back, out);
        if lossy != 0 {
            out.u8(self.quality);
        }
        put_coding(self.coding, self.dictionary, out);
        if let Some(slot) = self.keep {
            out.varint(u64::from(slot.to_wire()));
        }
        out.block(&self.payload);
    }

    fn decode(newest: Version, flags: u8, reader: &mut Reader) -> Result<Self, DecodeError> {
        let index = get_index(reader)?;
        let version = get_version(newest, flags, reader)?;
        let quality = if flags & HAS_QUALITY == 0 { EXACT } else { reader.u8()? };
        let (coding, dictionary) = get_coding(flags, reader)?;
        let keep = if flags & HAS_SLOT == 0 { None } else { Some(get_slot(reader)?) };
        let payload = reader.block("tile", TILE_BYTES_MAX)?;
        Ok(Self { index, version, quality, coding, dictionary, keep, payload })
    }
}

impl CopyArea {
    fn encode(&self, back: u32, behind: u8, out: &mut Writer) {
        out.u8(COPY | behind);
        put_back(back, out);
        put_ago(self.based, out);
        for field in [self.from_x, self.from_y, self.to.x, self.to.y, self.to.width, self.to.height] {
            out.varint(u64::from(field));
        }
    }

    fn decode(newest: Version, flags: u8, reader: &mut Reader) -> Result<Self, DecodeError> {
        let based = get_based(newest, flags, reader)?;
        let (from_x, from_y) = (get_pixel(reader)?, get_pixel(reader)?);
        Ok(Self { based, from_x, from_y, to: get_rect(reader)? })
    }

    /// The pixels that are read.
    pub fn from(&self) -> PixelRect {
        PixelRect { x: self.from_x, y: self.from_y, width: self.to.width, height: self.to.height }
    }
}

impl PatchTile {
    fn encode(&self, back: u32, behind: u8, out: &mut Writer) {
        out.u8(PATCH | behind | dictionary_flag(self.dictionary));
        out.varint(u64::from(self.index.to_wire()));
        put_back(back, out);
        put_ago(self.based, out);
        out.slice(&[self.rect.x, self.rect.y, self.rect.width, self.rect.height]);
        put_coding(self.coding, self.dictionary, out);
        out.block(&self.payload);
    }

    fn decode(newest: Version, flags: u8, reader: &mut Reader) -> Result<Self, DecodeError> {
        let index = get_index(reader)?;
        let based = get_based(newest, flags, reader)?;
        let rect = TileRect { x: reader.u8()?, y: reader.u8()?, width: reader.u8()?, height: reader.u8()? };
        let fits = |start: u8, length: u8| 0 < length && u16::from(start) + u16::from(length) <= TILE_SIDE;
        if !fits(rect.x, rect.width) || !fits(rect.y, rect.height) {
            return Err(DecodeError::Contradiction("a patch that is not inside its tile"));
        }
        let (coding, dictionary) = get_coding(flags, reader)?;
        let payload = reader.block("patch", TILE_BYTES_MAX)?;
        Ok(Self { based, index, rect, coding, dictionary, payload })
    }
}

impl VideoRegion {
    fn encode(&self, out: &mut Writer) {
        out.u8(VIDEO_REGION);
        out.varint(u64::from(self.id));
        let PixelRect { x, y, width, height } = self.rect;
        for field in [x, y, width, height, self.coded_width, self.coded_height] {
            out.varint(u64::from(field));
        }
    }

    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let id = reader.varint_u32("region")?;
        let rect = get_rect(reader)?;
        let (coded_width, coded_height) = (get_pixel(reader)?, get_pixel(reader)?);
        if coded_width == 0 || coded_height == 0 {
            return Err(DecodeError::Contradiction("an area without pixels"));
        }
        let PixelRect { x, y, width, height } = rect;
        if [x, y, width, height, coded_width, coded_height].iter().any(|length| length % 2 != 0) {
            return Err(DecodeError::Contradiction("a video region with an odd place or size"));
        }
        Ok(Self { id, rect, coded_width, coded_height })
    }
}

fn put_back(back: u32, out: &mut Writer) {
    if back != 0 {
        out.varint(u64::from(back));
    }
}

fn put_ago(based: Based, out: &mut Writer) {
    out.varint(u64::from(based.version.to_wire() - based.base.to_wire()));
}

fn put_coding(coding: Coding, dictionary: Option<DictionaryId>, out: &mut Writer) {
    out.u8(coding.0);
    if let Some(id) = dictionary {
        out.u8(id.to_wire());
    }
}

fn dictionary_flag(dictionary: Option<DictionaryId>) -> u8 {
    if dictionary.is_some() { HAS_DICTIONARY } else { 0 }
}

fn get_index(reader: &mut Reader) -> Result<TileIndex, DecodeError> {
    Ok(TileIndex::from_wire(reader.varint_max("tile index", TILES_MAX as u64 - 1)? as u16))
}

fn get_slot(reader: &mut Reader) -> Result<Slot, DecodeError> {
    Ok(Slot::from_wire(reader.varint_max("slot", SLOTS_MAX as u64 - 1)? as u16))
}

fn get_dictionary(reader: &mut Reader) -> Result<DictionaryId, DecodeError> {
    let (got, limit) = (reader.u8()?, DICTIONARIES_MAX as u64 - 1);
    if u64::from(got) <= limit {
        Ok(DictionaryId::from_wire(got))
    } else {
        Err(DecodeError::OverLimit { field: "dictionary id", got: u64::from(got), limit })
    }
}

fn get_coding(flags: u8, reader: &mut Reader) -> Result<(Coding, Option<DictionaryId>), DecodeError> {
    let coding = Coding(reader.u8()?);
    let dictionary = if flags & HAS_DICTIONARY == 0 { None } else { Some(get_dictionary(reader)?) };
    Ok((coding, dictionary))
}

fn get_version(newest: Version, flags: u8, reader: &mut Reader) -> Result<Version, DecodeError> {
    let back = if flags & HAS_BACK == 0 { 0 } else { reader.varint_u32("version")? };
    match newest.to_wire().checked_sub(back) {
        None | Some(0) => Err(DecodeError::Contradiction("an operation from before the first capture")),
        Some(version) => Ok(Version::from_wire(version)),
    }
}

fn get_based(newest: Version, flags: u8, reader: &mut Reader) -> Result<Based, DecodeError> {
    let version = get_version(newest, flags, reader)?;
    let ago = reader.varint_u32("base")?;
    match version.to_wire().checked_sub(ago) {
        Some(base) if 0 < ago && 0 < base => Ok(Based { version, base: Version::from_wire(base) }),
        _ => Err(DecodeError::Contradiction("an operation that is not based on an earlier capture")),
    }
}

fn get_pixel(reader: &mut Reader) -> Result<u16, DecodeError> {
    Ok(reader.varint_max("pixels", u64::from(EXTENT_MAX))? as u16)
}

fn get_rect(reader: &mut Reader) -> Result<PixelRect, DecodeError> {
    let (x, y) = (get_pixel(reader)?, get_pixel(reader)?);
    let (width, height) = (get_pixel(reader)?, get_pixel(reader)?);
    if width == 0 || height == 0 {
        return Err(DecodeError::Contradiction("an area without pixels"));
    }
    Ok(PixelRect { x, y, width, height })
}
