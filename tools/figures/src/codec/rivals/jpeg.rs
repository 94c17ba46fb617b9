//! Every changed tile as a JPEG picture of its own. Its tables are left out of the bytes: they are always the same
//! and would travel once.

use anyhow::Context;
use frame::{Grid, PIXEL_BYTES, Picture, Rect};
use turbojpeg::{Compressor, Decompressor, Image, PixelFormat, Subsamp};

use crate::codec::clip::Clip;
use crate::codec::coded::Cost;
use crate::codec::ours::COMPARED_EVERY;
use crate::cpu::thread_time;

/// How it is called.
pub const NAME: &str = "JPEG tiles, quality 80";

const QUALITY: i32 = 80;

/// What stands before the coded pixels, less the tables: the marker that begins them.
const SCAN: [u8; 2] = [0xff, 0xda];

/// Codes and decodes a clip on this thread.
///
/// # Errors
/// When the clip cannot be read, or the library fails.
pub fn cost(clip: &Clip) -> anyhow::Result<Cost> {
    let mut playback = benches::Playback::open(&clip.path)?;
    let mut cost = Cost::default();
    let (mut coder, mut decoder) = (Compressor::new()?, Decompressor::new()?);
    coder.set_quality(QUALITY)?;
    coder.set_subsamp(Subsamp::Sub2x2)?;
    let mut shown: Option<Picture> = None;
    while let Some((wanted, damage)) = playback.next_frame()? {
        let shown = match &mut shown {
            Some(shown) => shown,
            none => none.insert(Picture::new(wanted.size())?),
        };
        for tile in changed(wanted, damage)? {
            let start = thread_time();
            let rows: Vec<u8> = wanted.frame().rows(tile).flatten().copied().collect();
            let coded = coder.compress_to_vec(image(rows.as_slice(), tile))?;
            cost.encode += thread_time() - start;
            let start = thread_time();
            let mut pixels = vec![0; rows.len()];
            decoder.decompress(&coded, image(pixels.as_mut_slice(), tile))?;
            anyhow::ensure!(shown.write(tile, &pixels), "{tile:?} is outside");
            cost.decode += thread_time() - start;
            if 0 < cost.frames {
                let scan = coded.windows(2).position(|pair| pair == SCAN).context("a JPEG without a scan")?;
                cost.bytes += (coded.len() - scan) as u64;
            }
        }
        if cost.frames % COMPARED_EVERY == 0 {
            cost.quality.add(wanted, shown);
        }
        cost.frames += 1;
    }
    Ok(cost)
}

fn image<T>(pixels: T, tile: Rect) -> Image<T> {
    let (width, height) = (tile.width as usize, tile.height as usize);
    Image { pixels, width, pitch: PIXEL_BYTES * width, height, format: PixelFormat::BGRX }
}

/// The whole tiles that were damaged; recordings have just those that changed.
fn changed(picture: &Picture, damage: &[Rect]) -> anyhow::Result<Vec<Rect>> {
    let grid = Grid::of(picture.size())?;
    let tiles = grid.indices().filter_map(|index| grid.rect(index));
    Ok(tiles.filter(|tile| damage.iter().any(|rect| rect.intersect(*tile).is_some())).collect())
}
