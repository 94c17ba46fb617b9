//! The cosine transform of 8×8 pixels, its order and its steps.

use super::blocks::Class;

/// Pixels of a block's side, and all.
pub(super) const SIDE: usize = 8;
pub(super) const BLOCK: usize = SIDE * SIDE;

/// Pixels row by row, around 0; or coefficients.
pub(super) type Block = [i32; BLOCK];

/// The place in a block, row by row, of each coefficient in the order in which waves rise: along the diagonals.
pub(super) const ZIGZAG: [u8; BLOCK] = zigzag();

const fn zigzag() -> [u8; BLOCK] {
    let mut order = [0; BLOCK];
    let (mut x, mut y, mut at) = (0, 0, 0);
    while at < BLOCK {
        order[at] = (y * SIDE + x) as u8;
        // Even diagonals go up, odd ones down; at an edge the next one begins.
        match (x + y) % 2 {
            0 if x == SIDE - 1 => y += 1,
            0 if y == 0 => x += 1,
            0 => (x, y) = (x + 1, y - 1),
            _ if y == SIDE - 1 => x += 1,
            _ if x == 0 => y += 1,
            _ => (x, y) = (x - 1, y + 1),
        }
        at += 1;
    }
    order
}

/// The waves: 2048 times cos((2n + 1) k π / 16) / 2, rounded, by k and n; k = 0 by √½ less.
const WAVES: [[i32; SIDE]; SIDE] = [
    [724, 724, 724, 724, 724, 724, 724, 724],
    [1004, 851, 569, 200, -200, -569, -851, -1004],
    [946, 392, -392, -946, -946, -392, 392, 946],
    [851, -200, -1004, -569, 569, 1004, 200, -851],
    [724, -724, -724, 724, 724, -724, -724, 724],
    [569, -1004, 200, 851, -851, -200, 1004, -569],
    [392, -946, 946, -392, -392, 946, -946, 392],
    [200, -569, 851, -1004, 1004, -851, 569, -200],
];

/// The largest coefficient, up or down, of pixels between −128 and 127.
const COEFFICIENT_MAX: i32 = 2047;

/// By how much coefficients were divided, in zigzag order.
#[derive(Debug)]
pub(super) struct Steps([i32; BLOCK]);

impl Steps {
    /// Larger for fine waves, which are hardly seen, and for colour.
    pub(super) fn new(scale: u8, class: Class) -> Self {
        Self(ZIGZAG.map(|place| {
            let (u, v) = (i32::from(place) % 8, i32::from(place) / 8);
            let base = match class {
                Class::Luma => 20 + 4 * (u + v) + u * u + v * v,
                Class::Chroma => 28 + 8 * (u + v) + 2 * (u * u + v * v),
            };
            ((base * i32::from(scale) + 32) >> 6).max(1)
        }))
    }

    /// The coefficient of so many steps.
    pub(super) fn value(&self, place: usize, steps: i32) -> i32 {
        let step = self.0.get(place).copied().unwrap_or(1);
        (steps * step).clamp(-COEFFICIENT_MAX, COEFFICIENT_MAX)
    }

    /// Steps of a coefficient: small ones rather go down, they cost more than they show.
    #[cfg(feature = "encode")]
    fn count(&self, place: usize, value: f32) -> i32 {
        let steps = (value.abs() / self.0[place] as f32 + if place == 0 { 0.5 } else { 0.38 }) as i32;
        let steps = steps.min(COEFFICIENT_MAX);
        if value < 0.0 { -steps } else { steps }
    }
}

/// Coefficients to pixels. Only what is not 0 is added up.
pub(super) fn inverse(block: &Block) -> Block {
    let (mut columns, mut out) = ([0; BLOCK], [0; BLOCK]);
    let mut used = [false; SIDE];
    for (place, &value) in block.iter().enumerate().filter(|(_, value)| **value != 0) {
        let (u, v) = (place % SIDE, place / SIDE);
        used[u] = true;
        for (y, wave) in WAVES[v].iter().enumerate() {
            columns[y * SIDE + u] += wave * value;
        }
    }
    for (row, out) in columns.chunks_exact(SIDE).zip(out.chunks_exact_mut(SIDE)) {
        for (u, column) in row.iter().enumerate().filter(|(u, _)| used[*u]) {
            let column = (column + (1 << 7)) >> 8;
            for (pixel, wave) in out.iter_mut().zip(WAVES[u]) {
                *pixel += wave * column;
            }
        }
    }
    out.map(|pixel| (pixel + (1 << 13)) >> 14)
}

/// Pixels to steps, in zigzag order.
#[cfg(feature = "encode")]
pub(super) fn forward(pixels: &Block, steps: &Steps) -> Block {
    let (mut rows, mut all) = ([[0_f32; SIDE]; SIDE], [[0_f32; SIDE]; SIDE]);
    for (pixels, row) in pixels.chunks_exact(SIDE).zip(&mut rows) {
        for (x, pixel) in pixels.iter().enumerate() {
            for (u, sum) in row.iter_mut().enumerate() {
                *sum += *pixel as f32 * COLUMNS[x][u];
            }
        }
    }
    for (y, row) in rows.iter().enumerate() {
        for (v, sums) in all.iter_mut().enumerate() {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value * COLUMNS[y][v];
            }
        }
    }
    let mut out = [0; BLOCK];
    for (place, (out, at)) in out.iter_mut().zip(ZIGZAG).enumerate() {
        *out = steps.count(place, all[usize::from(at) / SIDE][usize::from(at) % SIDE]);
    }
    out
}

/// The waves by n and k, as parts of 1.
#[cfg(feature = "encode")]
const COLUMNS: [[f32; SIDE]; SIDE] = {
    let mut columns = [[0.0; SIDE]; SIDE];
    let mut at = 0;
    while at < BLOCK {
        columns[at / SIDE][at % SIDE] = WAVES[at % SIDE][at / SIDE] as f32 / 2048.0;
        at += 1;
    }
    columns
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_waves_goes_along_the_diagonals_through_every_place() {
        assert_eq!(ZIGZAG[..10], [0, 1, 8, 16, 9, 2, 3, 10, 17, 24]);
        assert_eq!(ZIGZAG[BLOCK - 3..], [55, 62, 63]);
        let mut all = ZIGZAG;
        all.sort_unstable();
        assert!(all.iter().enumerate().all(|(at, place)| at == usize::from(*place)));
    }
}
