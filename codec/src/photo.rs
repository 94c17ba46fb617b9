//! Tells photographs from text and drawings: by how pixels follow each other, not by how many colours there are.

use frame::TILE_EXTENT;

/// Colours up to which a picture is a drawing, however it looks from far.
pub(crate) const DRAWN_COLORS_MAX: usize = 16;

/// A step between two pixels of a channel up to this is even paper, whatever gradient lies under it.
const EVEN_MAX: i32 = 3;

/// A step above this is an edge, as of a letter.
const EDGE_MIN: i32 = 48;

/// Pixels between the two edges of a stroke.
const STROKE_PIXELS_MAX: usize = 6;

/// Side of the blocks that are looked at for text.
const BLOCK: usize = 16;

/// Strokes of a block that are text where most of it is even: two letters have more.
const STROKES_MIN: u32 = 6;

/// What is in a block.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    even: u32,
    strokes: u32,
}

/// Whether the pixels, in rows of `width`, are a photograph without text on it, so that loss is hardly seen.
pub(crate) fn is_photo(colors: &[u32], width: usize) -> bool {
    let mut blocks = [Count::default(); (TILE_EXTENT as usize / BLOCK).pow(2)];
    let (mut same, mut soft, mut edges) = (0, 0, 0);
    for (y, row) in colors.chunks(width).enumerate() {
        // Where the last edge was, and whether it went up.
        let mut last: Option<(usize, bool)> = None;
        for (x, pair) in row.windows(2).enumerate() {
            let step = step(pair[0], pair[1]);
            match step.abs() {
                0 => same += 1,
                1..EDGE_MIN => soft += 1,
                _ => edges += 1,
            }
            let Some(count) = blocks.get_mut(y / BLOCK * (TILE_EXTENT as usize / BLOCK) + x / BLOCK) else {
                continue;
            };
            count.even += u32::from(step.abs() <= EVEN_MAX);
            if EDGE_MIN <= step.abs() {
                let is_up = 0 < step;
                let is_stroke =
                    last.is_some_and(|(at, was_up)| was_up != is_up && x - at <= STROKE_PIXELS_MAX);
                count.strokes += u32::from(is_stroke);
                last = Some((x, is_up));
            }
        }
    }
    let is_text =
        |count: &Count| STROKES_MIN <= count.strokes && (BLOCK * BLOCK * 2 / 5) as u32 <= count.even;
    let total = same + soft + edges;
    total <= 6 * soft && 2 * edges <= total && !blocks.iter().any(is_text)
}

/// The largest step of a channel, with its direction.
fn step(from: u32, to: u32) -> i32 {
    let (from, to) = (from.to_le_bytes(), to.to_le_bytes());
    let steps = from.into_iter().zip(to).map(|(from, to)| i32::from(to) - i32::from(from));
    steps.fold(0, |largest: i32, step| if largest.abs() < step.abs() { step } else { largest })
}
