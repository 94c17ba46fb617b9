//! Updates that are well formed and make no sense: bases that never were, slots that were never filled, displays that
//! change their size.

use arbitrary::{Arbitrary, Result, Unstructured};
use bytes::Bytes;
use wire::screen::{
    Based, Coding, CopyArea, Dictionary, Extent, Header, Operation, PatchTile, PixelRect, Reuse, SeatInput,
    Tile, TileRect, Update, VideoEnd, VideoPicture, VideoRegion,
};
use wire::{DictionaryId, Epoch, RenditionId, Seat, SessionId, Slot, TileIndex, Version};

/// Versions are few, so that operations meet.
const VERSION_MAX: u32 = 12;

/// Up to `updates_max` updates of one link, numbered without gaps, and what is left of the bytes.
pub fn of(bytes: &[u8], updates_max: u64) -> (Vec<Update>, Unstructured<'_>) {
    let mut random = Unstructured::new(bytes);
    let (mut updates, mut epoch) = (Vec::new(), 1);
    for number in 1..=updates_max {
        // An epoch that was left never comes back: it is 64 random bits, and worth nothing to an attacker.
        epoch += u64::from(random.ratio(1, 10).unwrap_or(false));
        match update(&mut random, number, epoch) {
            Ok(update) if !random.is_empty() => updates.push(update),
            _ => break,
        }
    }
    (updates, random)
}

fn update(random: &mut Unstructured<'_>, number: u64, epoch: u64) -> Result<Update> {
    let side = |random: &mut Unstructured<'_>| random.int_in_range(1..=200_u16);
    // The size mostly belongs to the epoch, as it must.
    let (width, height) =
        if random.ratio(1, 50)? { (side(random)?, side(random)?) } else { (150 + epoch as u16, 130) };
    let Ok(extent) = Extent::new(width, height) else { return Err(arbitrary::Error::IncorrectFormat) };
    let newest = random.int_in_range(2..=VERSION_MAX)?;
    let input =
        SeatInput { seat: Seat::from_wire(random.int_in_range(1..=2)?), number: u32::arbitrary(random)? };
    let header = Header {
        session: SessionId::from_wire(1),
        rendition: RenditionId::from_wire(4),
        epoch: Epoch::from_wire(epoch),
        extent,
        number,
        after: random.int_in_range(0..=number - 1)?,
        captured_us: u32::arbitrary(random)?,
        newest: Version::from_wire(newest),
        inputs: if random.ratio(1, 4)? { vec![input] } else { Vec::new() },
    };
    let copies = random.int_in_range(0..=2)?;
    let others = random.int_in_range(0..=6)?;
    let copies = (0..copies).map(|_| copy(random, extent, newest)).collect::<Result<Vec<_>>>()?;
    let others = (0..others).map(|_| other(random, extent, newest)).collect::<Result<Vec<_>>>()?;
    Ok(Update { header, operations: [copies, others].concat() })
}

fn other(random: &mut Unstructured<'_>, extent: Extent, newest: u32) -> Result<Operation> {
    Ok(match random.int_in_range(0..=9_u8)? {
        0..=3 => Operation::Tile(Tile {
            index: index(random, extent)?,
            version: version(random, newest)?,
            quality: if random.ratio(3, 4)? { u8::MAX } else { u8::arbitrary(random)? },
            coding: Coding(u8::arbitrary(random)?),
            dictionary: dictionary(random)?,
            keep: if random.ratio(1, 3)? { Some(slot(random)?) } else { None },
            payload: payload(random)?,
        }),
        4 | 5 => patch(random, extent, newest)?,
        6 => Operation::Reuse(Reuse {
            index: index(random, extent)?,
            version: version(random, newest)?,
            slot: slot(random)?,
        }),
        7 => Operation::Dictionary(Dictionary {
            id: DictionaryId::from_wire(random.int_in_range(0..=3)?),
            payload: payload(random)?,
        }),
        8 => Operation::VideoRegion(VideoRegion {
            id: random.int_in_range(1..=2)?,
            rect: PixelRect { x: 0, y: 0, width: 2, height: 2 },
            coded_width: 2,
            coded_height: 2,
        }),
        _ if random.ratio(1, 2)? => Operation::VideoEnd(VideoEnd {
            id: random.int_in_range(1..=2)?,
            version: version(random, newest)?,
        }),
        _ => Operation::VideoPicture(VideoPicture {
            id: random.int_in_range(1..=2)?,
            key: bool::arbitrary(random)?,
            number: random.int_in_range(1..=4)?,
            payload: payload(random)?,
        }),
    })
}

fn copy(random: &mut Unstructured<'_>, extent: Extent, newest: u32) -> Result<Operation> {
    let based = based(random, newest)?;
    let (from_x, x, width) = move_of(random, extent.width())?;
    let (from_y, y, height) = move_of(random, extent.height())?;
    Ok(Operation::Copy(CopyArea { based, from_x, from_y, to: PixelRect { x, y, width, height } }))
}

/// Two places and a length, such that both fit `whole`.
fn move_of(random: &mut Unstructured<'_>, whole: u16) -> Result<(u16, u16, u16)> {
    let length = random.int_in_range(1..=whole)?;
    Ok((random.int_in_range(0..=whole - length)?, random.int_in_range(0..=whole - length)?, length))
}

fn patch(random: &mut Unstructured<'_>, extent: Extent, newest: u32) -> Result<Operation> {
    let index = index(random, extent)?;
    let tile = extent.grid().rect(index).ok_or(arbitrary::Error::IncorrectFormat)?;
    let (x, _, width) = move_of(random, tile.width)?;
    let (y, _, height) = move_of(random, tile.height)?;
    Ok(Operation::Patch(PatchTile {
        based: based(random, newest)?,
        index,
        rect: TileRect { x: x as u8, y: y as u8, width: width as u8, height: height as u8 },
        coding: Coding(u8::arbitrary(random)?),
        dictionary: dictionary(random)?,
        payload: payload(random)?,
    }))
}

fn based(random: &mut Unstructured<'_>, newest: u32) -> Result<Based> {
    let version = random.int_in_range(2..=newest)?;
    let base = random.int_in_range(1..=version - 1)?;
    Ok(Based { version: Version::from_wire(version), base: Version::from_wire(base) })
}

fn version(random: &mut Unstructured<'_>, newest: u32) -> Result<Version> {
    Ok(Version::from_wire(random.int_in_range(1..=newest)?))
}

fn index(random: &mut Unstructured<'_>, extent: Extent) -> Result<TileIndex> {
    let place = random.choose_index(extent.grid().tiles())?;
    TileIndex::from_usize(place).ok_or(arbitrary::Error::IncorrectFormat)
}

fn slot(random: &mut Unstructured<'_>) -> Result<Slot> {
    Ok(Slot::from_wire(random.int_in_range(0..=5)?))
}

fn dictionary(random: &mut Unstructured<'_>) -> Result<Option<DictionaryId>> {
    let id = random.int_in_range(0..=9_u8)?;
    Ok(if id < 4 { Some(DictionaryId::from_wire(id)) } else { None })
}

fn payload(random: &mut Unstructured<'_>) -> Result<Bytes> {
    let length = random.int_in_range(0..=40_usize)?.min(random.len());
    Ok(Bytes::copy_from_slice(random.bytes(length)?))
}
