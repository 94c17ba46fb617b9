//! How much of a picture is coded at once, and how soon the next one may follow, by what coding took lately.
//!
//! A machine that is too weak for all that changes shows it in parts, each at its newest when its turn comes, and
//! fewer pictures: what is seen is never older than one part takes. Pure: times come in as numbers.

use std::time::Duration;

use frame::{Rect, Region, TILE_EXTENT};

/// Shortest time between two pictures: 60 a second, as most displays show.
const INTERVAL_MIN: Duration = Duration::from_micros(16_600);

/// What one part may take. Longer, and who types would see it; shorter, and what moves would fall apart.
const PART_TIME: Duration = Duration::from_millis(40);

/// A part is never smaller, in pixels: some lines of text over the whole width of a display.
const PART_PIXELS_MIN: u64 = 1 << 17;

/// Fewer pixels than these do not tell what many would take.
const TELLING_PIXELS_MIN: u64 = 1 << 15;

/// By how much what a pixel takes is thought to have fallen, for each part that took less.
const RELIEF: f64 = 0.1;

/// What coding takes on this machine, of what is shown now.
#[derive(Debug, Clone, Default)]
pub(super) struct Budget {
    /// Nanoseconds for a pixel that may have changed: what it took at worst lately.
    pixel_ns: f64,
    last: Duration,
}

impl Budget {
    /// So many pixels took so long.
    pub(super) fn spent(&mut self, pixels: u64, took: Duration) {
        self.last = took;
        if TELLING_PIXELS_MIN <= pixels {
            let pixel_ns = took.as_nanos() as f64 / pixels as f64;
            self.pixel_ns = pixel_ns.max(self.pixel_ns - RELIEF * (self.pixel_ns - pixel_ns));
        }
    }

    /// Shortest time from one picture to the next: coding takes two thirds of it at most, the rest is for whoever
    /// sits at the computer.
    pub(super) fn interval(&self) -> Duration {
        INTERVAL_MIN.max(self.last * 3 / 2)
    }

    /// Takes what is to be coded now out of what is left: all of it where that can be done in time, or else the
    /// smallest areas first, and of the one that is too large its upper end, in whole rows of tiles.
    pub(super) fn part(&self, left: &mut Region) -> Vec<Rect> {
        let mut areas = left.rects().to_vec();
        let mut room = self.pixels_max();
        if areas.iter().map(|area| area.area()).sum::<u64>() <= room {
            left.clear();
            return areas;
        }
        areas.sort_by_key(|area| area.area());
        left.clear();
        let mut part = Vec::new();
        for area in areas {
            let (now, later) = split(area, room, part.is_empty());
            room -= now.area().min(room);
            part.extend(Some(now).filter(|now| !now.is_empty()));
            left.add(later);
        }
        part
    }

    fn pixels_max(&self) -> u64 {
        let pixels = PART_TIME.as_nanos() as f64 / self.pixel_ns;
        // Of nothing known, there is no bound.
        if pixels.is_finite() { (pixels as u64).max(PART_PIXELS_MIN) } else { u64::MAX }
    }
}

/// The upper end of an area that has room, down to where a row of tiles ends, and the rest. At least one row of tiles
/// where something must be done.
fn split(area: Rect, room: u64, is_needed: bool) -> (Rect, Rect) {
    if area.area() <= room {
        return (area, Rect::default());
    }
    let lines = u32::try_from(room / u64::from(area.width.max(1))).unwrap_or(u32::MAX);
    let reach = (area.y.saturating_add(lines)) / TILE_EXTENT * TILE_EXTENT;
    let least = if is_needed { (area.y / TILE_EXTENT + 1) * TILE_EXTENT } else { area.y };
    let middle = reach.max(least).min(area.bottom());
    let upper = Rect::from_edges(area.x, area.y, area.right(), middle);
    (upper, Rect::from_edges(area.x, middle, area.right(), area.bottom()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Rect = Rect::new(0, 0, 1920, 1080);

    fn region(areas: &[Rect]) -> Region {
        let mut region = Region::default();
        region.extend(areas.iter().copied());
        region
    }

    fn slow(pixel_ns: u64) -> Budget {
        let mut budget = Budget::default();
        budget.spent(1 << 20, Duration::from_nanos(pixel_ns << 20));
        budget
    }

    fn area(part: &[Rect]) -> u64 {
        part.iter().map(|rect| rect.area()).sum()
    }

    #[test]
    fn a_quick_machine_codes_everything_at_once() {
        for budget in [Budget::default(), slow(10)] {
            let mut left = region(&[SCREEN]);
            assert_eq!(budget.part(&mut left), [SCREEN]);
            assert!(left.is_empty());
        }
        assert_eq!(slow(1).interval(), INTERVAL_MIN);
    }

    #[test]
    fn a_weak_machine_codes_a_screen_in_parts_that_make_it_whole() {
        let budget = slow(100);
        let (mut left, mut seen) = (region(&[SCREEN]), 0);
        let mut parts = 0;
        while !left.is_empty() {
            let part = budget.part(&mut left);
            let took = Duration::from_nanos(100 * area(&part));
            assert!(!part.is_empty() && took <= PART_TIME, "{part:?} take {took:?}");
            assert!(part.iter().all(|rect| rect.bottom() % TILE_EXTENT == 0 || rect.bottom() == 1080));
            seen += area(&part);
            parts += 1;
        }
        assert_eq!((seen, parts), (SCREEN.area(), 6));
    }

    #[test]
    fn what_is_small_comes_before_what_is_large() {
        let letter = Rect::new(700, 500, 9, 13);
        let mut left = region(&[Rect::new(0, 600, 1920, 480), letter]);
        assert_eq!(slow(400).part(&mut left)[0], letter);
        assert!(!left.is_empty());
    }

    #[test]
    fn however_weak_it_is_something_is_done_each_time() {
        let budget = slow(1_000_000);
        let mut left = region(&[SCREEN]);
        let parts = (0..100).take_while(|_| !budget.part(&mut left).is_empty()).count();
        assert_eq!(parts, 17);
        assert!(left.is_empty());
    }

    #[test]
    fn a_machine_that_was_busy_is_believed_to_be_quick_again_before_long() {
        let mut budget = slow(200);
        let before = budget.pixels_max();
        for _ in 0..60 {
            budget.spent(1 << 18, Duration::from_millis(1));
        }
        assert!(before < SCREEN.area() && SCREEN.area() < budget.pixels_max());
        // A letter tells nothing.
        budget.spent(100, Duration::from_millis(30));
        assert!(SCREEN.area() < budget.pixels_max());
    }

    /// A screen that changes all the time and everywhere, on a machine that needs so long for a pixel: the age of the
    /// oldest pixels of each part when it is done.
    fn ages(pixel_ns: u64) -> Vec<Duration> {
        let (mut budget, mut left) = (Budget::default(), Region::default());
        let (mut now, mut ages) = (Duration::ZERO, Vec::new());
        for _ in 0..200 {
            // A picture is taken when its turn comes, so it shows what is there then.
            left.add(SCREEN);
            let part = budget.part(&mut left);
            let took = Duration::from_nanos(pixel_ns * area(&part));
            budget.spent(area(&part), took);
            ages.push(took);
            now += took.max(budget.interval());
        }
        assert!(now < Duration::from_secs(200));
        ages
    }

    #[test]
    fn a_weak_machine_drops_pictures_and_delay_does_not_grow() {
        for pixel_ns in [1, 20, 60, 250] {
            let ages = ages(pixel_ns);
            // Only the first picture may take longer, for nothing was known before it.
            let longest = ages[1..].iter().max().expect("there are some");
            assert!(*longest <= PART_TIME, "{pixel_ns} ns a pixel: {longest:?}");
        }
        assert!(slow(60).interval() > Duration::from_millis(60));
    }
}
