//! Real parts for tests and figures: a desktop with programs, a relay, agents, a browser, and a bad line.
//!
//! Each part is started by its constructor, waits until it is ready with a bound, and is gone when dropped.
//! Nothing here uses a fixed port or display number, so tests run side by side. What a machine lacks is named
//! with the package that has it.
//!
//! Reading order: [`site::Site`] and [`endpoint::Endpoint`] for the product's own programs, [`desktop::Desktop`]
//! for what they show, [`browser::Browser`] for who looks.

pub mod browser;
pub mod desktop;
pub mod endpoint;
pub mod film;
pub mod process;
pub mod shaper;
pub mod site;
pub mod technician;
pub mod wait;

/// The checkout that these tests were built from.
pub fn checkout() -> &'static std::path::Path {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.ancestors().nth(2).unwrap_or(folder)
}
