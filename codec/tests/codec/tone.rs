//! Fewer colours: what they keep, and that they cost less.

use codec::{Encoder, Toner};
use frame::{Picture, Rect, Size};
use wire::control::ColorMode;
use wire::screen::Operation;

use super::pictures::{Content, black, colors, draw, drawn, extent, now};

const SIZE: Size = Size::new(256, 192);

fn toned(mode: ColorMode, picture: &Picture) -> Picture {
    let mut toner = Toner::new(mode, extent(picture.size())).expect("a mode with fewer colours");
    copy(toner.tone(&picture.frame(), &[]).0)
}

fn copy(frame: frame::Frame<'_>) -> Picture {
    let mut copy = black(frame.size());
    copy.copy_from(&frame, Rect::of(frame.size()));
    copy
}

/// How many colours a picture has.
fn count(picture: &Picture) -> usize {
    let mut known = colors(picture.pixels());
    known.sort_unstable();
    known.dedup();
    known.len()
}

/// Bytes of a picture's tiles once it stands still.
fn bytes(picture: &Picture) -> usize {
    let mut encoder = Encoder::new(extent(picture.size()));
    encoder.encode(&picture.frame(), &[], now()).expect("the right size");
    let indices = (0..extent(picture.size()).grid().tiles()).filter_map(wire::TileIndex::from_usize);
    let tiles = indices.filter_map(|index| encoder.tile(index));
    let payload = |operation| match operation {
        Operation::Tile(tile) => tile.payload.len(),
        _ => 0,
    };
    tiles.map(payload).sum()
}

/// Letters of soft edges, as strokes of 2 pixels, on a ground.
fn letters(ink: u8, ground: u8) -> Picture {
    let mut picture = black(SIZE);
    picture.fill(Rect::of(SIZE), [ground, ground, ground, 0]);
    let soft = ink.midpoint(ground);
    for line in (8..SIZE.height - 16).step_by(16) {
        for x in (8..SIZE.width - 16).step_by(7) {
            picture.fill(Rect::new(x, line, 4, 9), [soft, soft, soft, 0]);
            picture.fill(Rect::new(x + 1, line, 2, 9), [ink, ink, ink, 0]);
        }
    }
    picture
}

#[test]
fn s181_each_mode_has_its_colours() {
    let photo = drawn(SIZE, Content::Photo, 3);
    assert_eq!(count(&toned(ColorMode::BlackAndWhite, &photo)), 2);
    let (few, more) =
        (count(&toned(ColorMode::FewColors, &photo)), count(&toned(ColorMode::MoreColors, &photo)));
    assert!((3..=216).contains(&few) && few < more && more < count(&photo), "{few}, {more}");
    for mode in [ColorMode::AllColors, ColorMode::VideoOptimized] {
        assert!(Toner::new(mode, extent(SIZE)).is_none(), "{mode:?} keeps all");
    }
}

#[test]
fn s182_bytes_rise_from_black_and_white_to_all_colours() {
    let mut mixed = drawn(SIZE, Content::Photo, 3);
    draw(&mut mixed, Rect::new(0, 0, 128, 192), Content::Colors(40), 5);
    let each = |picture: &Picture| {
        let modes = [ColorMode::BlackAndWhite, ColorMode::FewColors, ColorMode::MoreColors];
        let [white, few, more] = modes.map(|mode| bytes(&toned(mode, picture)));
        [white, few, more, bytes(picture)]
    };
    for picture in [drawn(SIZE, Content::Photo, 3), mixed] {
        let each = each(&picture);
        assert!(each.is_sorted_by(|less, more| less < more), "{each:?}");
    }
    // Three colours stay three where there are levels enough.
    let text = each(&letters(0x20, 0xf8));
    assert!(text.is_sorted() && text[0] < text[3], "{text:?}");
}

#[test]
fn text_stays_readable_in_black_and_white_whatever_its_ground() {
    for (ink, ground) in [(0, 255), (255, 0), (255, 150), (100, 10), (150, 255), (20, 100)] {
        let shown = toned(ColorMode::BlackAndWhite, &letters(ink, ground));
        let stroke = shown.frame().pixel(frame::Point::new(9, 12));
        let beside = shown.frame().pixel(frame::Point::new(13, 12));
        assert_ne!(stroke, beside, "{ink} on {ground}");
    }
}

#[test]
fn dots_of_a_photograph_stay_while_it_stands_still() {
    let mut picture = drawn(SIZE, Content::Photo, 3);
    let mut toner = Toner::new(ColorMode::BlackAndWhite, extent(SIZE)).expect("fewer colours");
    let before = copy(toner.tone(&picture.frame(), &[]).0);
    let letter = Rect::new(70, 70, 8, 12);
    picture.fill(letter, [255, 255, 255, 0]);
    let (frame, damage) = toner.tone(&picture.frame(), std::slice::from_ref(&letter));
    assert!(damage.iter().any(|rect| rect.covers(letter)));
    let after = copy(frame);
    let changed = codec::damage::find(&after.frame(), &before, &[Rect::of(SIZE)]);
    assert!(changed.iter().all(|change| letter.covers(change.rect)), "{changed:?}");
}

#[test]
fn only_what_is_damaged_is_looked_at_and_a_part_gives_what_the_whole_gives() {
    for mode in [ColorMode::BlackAndWhite, ColorMode::FewColors, ColorMode::MoreColors] {
        let mut picture = letters(0x30, 0xf0);
        let mut toner = Toner::new(mode, extent(SIZE)).expect("fewer colours");
        toner.tone(&picture.frame(), &[]);
        let part = Rect::new(60, 50, 30, 40);
        draw(&mut picture, part, Content::Colors(9), 4);
        let (frame, damage) = toner.tone(&picture.frame(), std::slice::from_ref(&part));
        assert!(damage.len() <= 6, "{damage:?}");
        assert_eq!(colors(copy(frame).pixels()), colors(toned(mode, &picture).pixels()), "{mode:?}");
    }
}
