//! How near shown pictures come to those they stand for: PSNR, SSIM, and how much is exact, of text apart.

use frame::{PIXEL_BYTES, Picture, Rect, TILE_EXTENT};

/// Side of the windows that SSIM compares; they lie side by side.
const WINDOW: u32 = 8;

/// What keeps SSIM's quotients steady in flat places, after its authors, for 8 bits.
const STEADY: [f64; 2] = [6.5025, 58.5225];

/// A step of brightness between neighbours that only drawn edges have.
const EDGE: u8 = 48;

/// Sums over the pictures that were looked at.
#[derive(Debug, Clone, Default)]
pub struct Quality {
    values: f64,
    squares: f64,
    windows: f64,
    similarity: f64,
    all: Share,
    text: Share,
}

/// Pixels, and those of them that are exact.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    pixels: f64,
    exact: f64,
}

impl Share {
    fn add(&mut self, other: Self) {
        self.pixels += other.pixels;
        self.exact += other.exact;
    }

    fn value(self) -> Option<f64> {
        (0.0 < self.pixels).then(|| self.exact / self.pixels)
    }
}

impl Quality {
    /// Looks at a whole picture.
    pub fn add(&mut self, wanted: &Picture, shown: &Picture) {
        self.add_area(wanted, shown, Rect::of(wanted.size()));
    }

    /// Looks at a part of a picture; its edges count from the next whole tile and window on.
    pub fn add_area(&mut self, wanted: &Picture, shown: &Picture, area: Rect) {
        for tile in squares(area, TILE_EXTENT) {
            let (wanted, shown) = (Block::cut(wanted, tile), Block::cut(shown, tile));
            let share = wanted.exact(&shown);
            self.values += 3.0 * share.pixels;
            self.squares += wanted.squares(&shown);
            self.all.add(share);
            if wanted.is_text() {
                self.text.add(share);
            }
            for window in squares(Rect::new(0, 0, tile.width, tile.height), WINDOW) {
                self.windows += 1.0;
                self.similarity += wanted.similarity(&shown, window);
            }
        }
    }

    /// Peak signal to noise over all colours, in dB; `None` where nothing differs.
    pub fn psnr_db(&self) -> Option<f64> {
        let error = self.squares / self.values.max(1.0);
        (0.0 < error).then(|| 10.0 * (255.0 * 255.0 / error).log10())
    }

    /// Mean structural similarity of brightness, at most 1.
    pub fn ssim(&self) -> f64 {
        self.similarity / self.windows.max(1.0)
    }

    /// Share of pixels that are exact.
    pub fn exact(&self) -> f64 {
        self.all.value().unwrap_or(1.0)
    }

    /// Share of the pixels of text tiles that are exact; `None` without text.
    pub fn text_exact(&self) -> Option<f64> {
        self.text.value()
    }
}

/// The pixels of a tile and their brightness.
struct Block {
    width: usize,
    pixels: Vec<[u8; 3]>,
    light: Vec<u8>,
}

impl Block {
    fn cut(picture: &Picture, rect: Rect) -> Self {
        let rows = picture.frame().rows(rect);
        let pixels: Vec<[u8; 3]> = rows
            .flat_map(|row| row.chunks_exact(PIXEL_BYTES))
            .map(|pixel| [pixel[0], pixel[1], pixel[2]])
            .collect();
        let light = |&[blue, green, red]: &[u8; 3]| {
            ((29 * u32::from(blue) + 150 * u32::from(green) + 77 * u32::from(red)) >> 8) as u8
        };
        let light = pixels.iter().map(light).collect();
        Self { width: rect.width as usize, pixels, light }
    }

    fn exact(&self, shown: &Self) -> Share {
        let exact = self.pixels.iter().zip(&shown.pixels).filter(|(wanted, shown)| wanted == shown).count();
        Share { pixels: self.pixels.len() as f64, exact: exact as f64 }
    }

    fn squares(&self, shown: &Self) -> f64 {
        let values = self.pixels.iter().flatten().zip(shown.pixels.iter().flatten());
        values.map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum::<u64>() as f64
    }

    /// Text and drawn edges: most pixels are like the one before, and a few differ sharply.
    fn is_text(&self) -> bool {
        let pairs = || self.light.chunks(self.width).flat_map(|row| row.windows(2));
        let alike = pairs().filter(|pair| pair[0] == pair[1]).count();
        let sharp = pairs().filter(|pair| EDGE < pair[0].abs_diff(pair[1])).count();
        self.light.len() < 2 * alike && self.light.len() < 50 * sharp
    }

    fn similarity(&self, shown: &Self, window: Rect) -> f64 {
        let (mut sums, mut products) = ([0_u32; 2], [0_u32; 3]);
        for y in window.y..window.bottom() {
            let start = y as usize * self.width + window.x as usize;
            let row = start..start + window.width as usize;
            let (Some(ours), Some(theirs)) = (self.light.get(row.clone()), shown.light.get(row)) else {
                return 0.0;
            };
            for (&a, &b) in ours.iter().zip(theirs) {
                let (a, b) = (u32::from(a), u32::from(b));
                sums = [sums[0] + a, sums[1] + b];
                products = [products[0] + a * a, products[1] + b * b, products[2] + a * b];
            }
        }
        let count = f64::from(window.width * window.height);
        let [a, b] = sums.map(|sum| f64::from(sum) / count);
        let [aa, bb, ab] = products.map(|sum| f64::from(sum) / count);
        let [same, steady] = STEADY;
        (2.0 * a * b + same) * (2.0 * (ab - a * b) + steady)
            / ((a * a + b * b + same) * (aa - a * a + bb - b * b + steady))
    }
}

/// Squares side by side, those at the right and bottom edge as large as there is room.
fn squares(area: Rect, side: u32) -> impl Iterator<Item = Rect> {
    let rows = (area.y..area.bottom()).step_by(side as usize);
    rows.flat_map(move |y| {
        let columns = (area.x..area.right()).step_by(side as usize);
        columns.filter_map(move |x| Rect::new(x, y, side, side).intersect(area))
    })
}

#[cfg(test)]
mod tests {
    use frame::Size;

    use super::*;

    fn stripes(light: u8) -> Picture {
        let mut picture = Picture::new(Size::new(128, 64)).expect("fits");
        for x in (0..64).step_by(6) {
            picture.fill(Rect::new(x, 0, 2, 64), [light, light, light, 0]);
        }
        picture
    }

    #[test]
    fn a_picture_is_like_itself() {
        let mut quality = Quality::default();
        quality.add(&stripes(200), &stripes(200));
        assert_eq!((quality.psnr_db(), quality.exact(), quality.text_exact()), (None, 1.0, Some(1.0)));
        assert!((quality.ssim() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn text_that_is_a_little_off_is_not_exact() {
        let mut quality = Quality::default();
        quality.add(&stripes(200), &stripes(190));
        // A third of the left half differs by 10.
        let (psnr, ssim) = (quality.psnr_db().expect("it differs"), quality.ssim());
        assert!((32.0..37.0).contains(&psnr), "{psnr}");
        assert!((0.9..1.0).contains(&ssim), "{ssim}");
        assert!(quality.text_exact().is_some_and(|share| share < 0.7));
        assert!(0.8 < quality.exact());
    }
}
