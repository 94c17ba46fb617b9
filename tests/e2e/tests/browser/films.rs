//! Films: shown as video where that is wanted, exact once they stand still, and exact all the time where it is not.

use e2e::browser::Window;
use e2e::film::{self, Film, WOBBLE};
use e2e::wait;
use image::RgbImage;

use crate::stage::{BOUND, Page, Stage};

const MODES: &str = "select[aria-label=Colours]";

/// What a film may differ from its still on average: half of what it moves by, and what coding costs.
const DIFFERENCE_MAX: f64 = WOBBLE as f64;

#[test]
fn s181_s182_a_film_plays_as_video_and_is_exact_once_it_stops() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let mut page = stage.page()?;
    page.browser.choose(MODES, "Video optimised")?;
    let film = Film::play(stage.desktop.display())?;
    page.browser.until("10 < window.nearhand.counters?.films", BOUND)?;
    let difference = difference(&canvas(&stage, &mut page)?);
    assert!(difference <= DIFFERENCE_MAX, "pixels differ from the still by {difference:.1} on average");
    let (films, spent_ms) = (page.probe("counters.films")?, page.probe("counters.filmMs")?);
    let each_ms = spent_ms.as_f64().unwrap_or(0.0) / films.as_f64().unwrap_or(1.0);
    eprintln!("{films} pictures, {each_ms:.1} ms each, {difference:.2} from the still");

    film.stop();
    page.assert_exact(&stage.desktop)?;
    wait::until("the canvas to show what the desktop shows", BOUND, || {
        let shown = canvas(&stage, &mut page).ok()?;
        (shown.into_raw() == stage.desktop.pixels().ok()?).then_some(())
    })
}

#[test]
fn s181_a_browser_without_video_says_so_and_shows_all_colours() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let mut page = stage.page_in(Window { video: false, ..Window::default() }, "")?;
    page.browser.choose(MODES, "Video optimised")?;
    page.browser.wait_for("[role=status]:has-text('cannot show video')")?;
    let film = Film::play(stage.desktop.display())?;
    page.browser.until("20 < window.nearhand.counters?.updates", BOUND)?;
    film.stop();
    page.assert_exact(&stage.desktop)?;
    assert_eq!(page.probe("counters.films")?, 0);
    Ok(())
}

/// What the page's canvas shows.
fn canvas(stage: &Stage, page: &mut Page) -> anyhow::Result<RgbImage> {
    let path = stage.desktop.scratch()?.join("shot.png");
    page.browser.download("button[aria-label='Save a screenshot']", &path)?;
    let bytes = std::fs::read(&path)?;
    Ok(image::load_from_memory_with_format(&bytes, image::ImageFormat::Png)?.to_rgb8())
}

/// How far a canvas is from the film's still, on average over its pixels and colours.
fn difference(canvas: &RgbImage) -> f64 {
    let ((left, top), (width, height)) = (film::PLACE, film::SIZE);
    let points = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let far = points.map(|(x, y)| {
        let shown = canvas.get_pixel(u32::from(left + x), u32::from(top + y)).0;
        let still = Film::still(x, y);
        (0..3).map(|at| f64::from(shown[at].abs_diff(still[at]))).sum::<f64>()
    });
    far.sum::<f64>() / (3.0 * f64::from(width) * f64::from(height))
}
