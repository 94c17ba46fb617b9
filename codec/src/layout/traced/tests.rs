//! Pictures there and back, alone and with a dictionary.

use frame::PIXEL_BYTES;
use proptest::prelude::*;

use super::{COLORS_MAX, Color, Primer, PrimerBuilder, TILE_PIXELS, Tally, Tracer, WHITE};

fn there_and_back(colors: &[Color], width: usize, primer: Option<&Primer>) -> Vec<u8> {
    let (mut tracer, mut tally) = (Tracer::default(), Tally::default());
    let mut body = Vec::new();
    assert!(tally.take(&[7, 8, 9]) && tally.take(colors));
    tracer.pack(colors, width, &tally, primer, &mut body);
    let mut out = vec![0; colors.len() * PIXEL_BYTES];
    tracer.unpack(&body, width, primer, &mut out).expect("a body");
    let pixels = out.as_chunks().0.iter().map(|pixel| u32::from_le_bytes(*pixel));
    assert!(pixels.eq(colors.iter().copied()), "other pixels");
    body
}

/// A dictionary of pictures with rows of so many pixels, as its maker has it and as it is read.
fn dictionary(pictures: &[(&[Color], usize)]) -> [Primer; 2] {
    let mut builder = PrimerBuilder::default();
    for (colors, width) in pictures {
        let mut tally = Tally::default();
        assert!(tally.take(colors));
        builder.add(colors, *width, &tally, usize::MAX).expect("there is room");
    }
    let (bytes, made) = builder.finish().expect("a picture");
    [made, Primer::read(&bytes).expect("a dictionary")]
}

/// So many kinds of colours in short runs.
fn drawing(width: usize, height: usize, kinds: u32, seed: u32) -> Vec<Color> {
    let mut random = seed | 1;
    let mut color = move |at: usize| {
        random = random.wrapping_mul(0x9e37_79b1).wrapping_add(at as u32).rotate_left(7);
        (random >> 20) % kinds * 0x01_07_03
    };
    let mut last = 0;
    let mut pixel = |at: usize| {
        if at.is_multiple_of(3) || last == 0 {
            last = color(at);
        }
        last
    };
    (0..width * height).map(&mut pixel).collect()
}

#[test]
fn what_repeats_costs_next_to_nothing() {
    assert!(there_and_back(&[WHITE; TILE_PIXELS], 64, None).len() <= 4);
    let stripes: Vec<_> = (0..TILE_PIXELS).map(|at| if at % 8 < 3 { 0x10_20_30 } else { WHITE }).collect();
    assert!(there_and_back(&stripes, 64, None).len() <= 20);
}

#[test]
fn more_colors_than_there_are_numbers_for_are_refused() {
    let colors: Vec<_> = (0..=COLORS_MAX as u32).collect();
    assert!(!Tally::default().take(&colors));
    let primers = dictionary(&[(&colors[..900], 60), (&colors[100..1000], 60)]);
    for primer in primers.iter().map(Some).chain([None]) {
        there_and_back(&colors[..COLORS_MAX], 64, primer);
    }
}

#[test]
fn a_picture_that_its_dictionary_has_costs_less_than_half() {
    let colors = drawing(64, 64, 150, 5);
    let [primer, _] = dictionary(&[(&colors, 64)]);
    let (alone, primed) =
        (there_and_back(&colors, 64, None).len(), there_and_back(&colors, 64, Some(&primer)).len());
    assert!(2 * primed < alone, "{alone} bytes, and {primed} with it");
}

proptest! {
    #[test]
    fn any_size_comes_back_and_any_bytes_are_pixels_or_an_error(
        (width, height) in (1..65_usize, 1..65_usize),
        (kinds, seed) in (1..200_u32, any::<u32>()),
        noise in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let colors = drawing(width, height, kinds, seed);
        let [made, read] = dictionary(&[
            (&drawing(40, 20, kinds, seed ^ 4), 40),
            (&drawing(64, 64, 7, seed ^ 5), 64),
        ]);
        let primed = there_and_back(&colors, width, Some(&made));
        prop_assert_eq!(&primed, &there_and_back(&colors, width, Some(&read)));
        let mut out = vec![0; colors.len() * PIXEL_BYTES];
        let mut tracer = Tracer::default();
        for (mut body, primer) in [(primed, Some(&made)), (there_and_back(&colors, width, None), None)] {
            body.extend([1; 9]);
            prop_assert!(tracer.unpack(&body, width, primer, &mut out).is_err());
            let _ = tracer.unpack(&noise, width, primer, &mut out);
        }
        let _ = Primer::read(&noise);
    }
}
