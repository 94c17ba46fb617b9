//! What moved is found, and everything that is drawn ends at the viewer.

use std::time::Duration;

use codec::{Encoder, Painter};
use frame::{Picture, Rect, Size};
use proptest::prelude::*;
use wire::screen::{Extent, Header, Operation, Update};
use wire::{Epoch, RenditionId, SessionId, Version};

use super::pictures::{Content, assert_same, draw, drawn, extent, now};

/// An encoder, and a viewer that gets all it makes at once.
struct Pair {
    extent: Extent,
    encoder: Encoder,
    painter: Painter,
}

const EPOCH: Epoch = Epoch::from_wire(1);

impl Pair {
    fn new(size: Size) -> Self {
        let extent = extent(size);
        Self { extent, encoder: Encoder::new(extent), painter: Painter::new(EPOCH, extent) }
    }

    /// Shows a picture and gives what travelled.
    fn show(&mut self, picture: &Picture) -> Vec<Operation> {
        let whole = Rect::of(picture.size());
        let operations = self.encoder.encode(&picture.frame(), &[whole], now()).expect("the right size");
        self.paint(operations.clone());
        while self.encoder.is_rough() {
            let refined = self.encoder.refine(now() + Duration::from_secs(1), 3);
            assert!(refined.len() <= 3);
            self.paint(refined);
        }
        assert_same(self.painter.picture(), picture);
        operations
    }

    fn paint(&mut self, operations: Vec<Operation>) {
        let update = Update { header: self.header(), operations };
        assert_eq!(self.painter.paint(&update).lost, []);
    }

    fn header(&self) -> Header {
        Header {
            session: SessionId::from_wire(1),
            rendition: RenditionId::default(),
            epoch: EPOCH,
            extent: self.extent,
            number: self.encoder.version().to_wire().into(),
            after: 0,
            captured_us: 0,
            newest: Version::max(self.encoder.version(), Version::from_wire(1)),
            inputs: Vec::new(),
        }
    }
}

fn shift(picture: &mut Picture, from: Rect, to: Rect) {
    let pixels = picture.frame().rows(from).collect::<Vec<_>>().concat();
    assert!(picture.write(to, &pixels), "inside");
}

fn copies(operations: &[Operation]) -> Vec<(u16, u16, Rect)> {
    let copy = |operation: &Operation| match operation {
        Operation::Copy(copy) => {
            let [x, y, width, height] = [copy.to.x, copy.to.y, copy.to.width, copy.to.height].map(u32::from);
            Some((copy.from_x, copy.from_y, Rect::new(x, y, width, height)))
        }
        _ => None,
    };
    operations.iter().filter_map(copy).collect()
}

#[test]
fn a_scrolled_page_is_one_copy_and_the_lines_that_came() {
    let size = Size::new(640, 480);
    let mut picture = drawn(size, Content::Colors(1), 1);
    let page = Rect::new(100, 70, 400, 350);
    draw(&mut picture, page, Content::Colors(20), 5);
    let mut pair = Pair::new(size);
    pair.show(&picture);
    shift(&mut picture, Rect::new(100, 83, 400, 337), Rect::new(100, 70, 400, 337));
    draw(&mut picture, Rect::new(100, 407, 400, 13), Content::Colors(20), 6);
    let operations = pair.show(&picture);
    let [(from_x, from_y, to)] = copies(&operations)[..] else { panic!("{operations:?}") };
    assert!(to.covers(Rect::new(100, 70, 400, 337)) && to.height < 350);
    assert_eq!((u32::from(from_x), u32::from(from_y)), (to.x, to.y + 13));
}

#[test]
fn a_dragged_window_is_a_copy_over_a_photograph() {
    let size = Size::new(640, 480);
    let wallpaper = drawn(size, Content::Photo, 1);
    let window = Rect::new(130, 90, 200, 150);
    let mut picture = wallpaper.clone();
    draw(&mut picture, window, Content::Colors(9), 3);
    let mut pair = Pair::new(size);
    pair.show(&picture);
    let moved = Rect { x: 153, y: 79, ..window };
    let pixels = picture.frame().rows(window).collect::<Vec<_>>().concat();
    picture = wallpaper;
    assert!(picture.write(moved, &pixels), "inside");
    assert_eq!(copies(&pair.show(&picture)), [(130, 90, moved)]);
}

proptest! {
    #[test]
    fn whatever_moves_the_viewer_shows_it(
        seed in any::<u32>(),
        steps in prop::collection::vec(
            (0..200_u32, 0..150_u32, 1..150_u32, 1..120_u32, 0..200_u32, 0..150_u32), 1..8,
        ),
    ) {
        let size = Size::new(300, 200);
        let mut picture = drawn(size, Content::Colors(30), seed);
        let mut pair = Pair::new(size);
        pair.show(&picture);
        for (at, (x, y, width, height, to_x, to_y)) in (0..).zip(steps) {
            let (width, height) = (width.min(300 - x.max(to_x)), height.min(200 - y.max(to_y)));
            shift(&mut picture, Rect::new(x, y, width, height), Rect::new(to_x, to_y, width, height));
            draw(&mut picture, Rect::new(to_x, y, 9, 13), Content::Noise, seed ^ at);
            pair.show(&picture);
        }
    }
}
