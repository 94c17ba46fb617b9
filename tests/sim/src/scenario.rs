//! What happens in a run: chosen by its seed, within what its theme allows.

use anyhow::Context;

use crate::agent::Habits;
use crate::film::Showing;
use crate::rng::Rng;
use crate::world::{Figures, Manners, Upper, World};

/// Microseconds between two looks at the world: the agent captures so often.
const TICK_US: u64 = 20_000;

/// The same while nothing new happens.
const DRAIN_TICK_US: u64 = 500_000;

/// How long a picture may take to be exact everywhere once lines are good and nothing changes: the slowest line
/// drains in 10 s, and a request that got lost with a picture is repeated after 2 s on each of three hops.
const EXACT_WITHIN_US: u64 = 30_000_000;

/// What may happen in a run, in so many of a thousand ticks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Theme {
    /// Ticks in which things change.
    pub ticks: u64,
    /// Relays at most: 1 to 3, each below the agent or an earlier one.
    pub relays_max: u64,
    /// Viewers at most.
    pub viewers_max: u64,
    /// A viewer's line is cut, and comes back.
    pub cut_viewer: u64,
    /// A relay's line upwards is cut, and comes back.
    pub cut_uplink: u64,
    /// A relay restarts.
    pub restart_relay: u64,
    /// The agent restarts, or its display gets another size.
    pub new_epoch: u64,
    /// A viewer looks away, or comes back.
    pub toggle: u64,
    /// A viewer asks for many tiles.
    pub ask: u64,
    /// A viewer's decoder fails on a film.
    pub lose_film: u64,
    /// Films begin in so many of a hundred captures.
    pub film_percent: u64,
    /// Viewers of a hundred who mean no good, until lines are good.
    pub hostile_percent: u64,
    /// What happens on the desktop in a tick, at most.
    pub acts_max: u64,
}

impl Theme {
    /// Only lines of any quality.
    pub const LINES: Self = Self {
        ticks: 80,
        relays_max: 1,
        viewers_max: 4,
        cut_viewer: 0,
        cut_uplink: 0,
        restart_relay: 0,
        new_epoch: 0,
        toggle: 0,
        ask: 0,
        lose_film: 0,
        film_percent: 0,
        hostile_percent: 0,
        acts_max: 2,
    };
    /// Relays behind relays.
    pub const CHAINS: Self = Self { relays_max: 3, viewers_max: 3, ..Self::LINES };
    /// Viewers come late, lose their line and come back.
    pub const COMING_AND_GOING: Self = Self { cut_viewer: 60, relays_max: 2, ..Self::LINES };
    /// Displays change their size, agents restart.
    pub const EPOCHS: Self = Self { new_epoch: 40, relays_max: 2, ..Self::LINES };
    /// Relays restart and lose their agent.
    pub const RESTARTS: Self = Self { restart_relay: 20, cut_uplink: 20, relays_max: 3, ..Self::LINES };
    /// Viewers ask for everything all the time.
    pub const STORMS: Self = Self { ask: 300, relays_max: 2, ..Self::LINES };
    /// Viewers look away and come back on the same link.
    pub const DEMAND: Self = Self { toggle: 80, relays_max: 2, ..Self::LINES };
    /// Some viewers read nothing, or say what makes no sense, all the time.
    pub const HOSTILE: Self = Self { hostile_percent: 50, relays_max: 2, ..Self::LINES };
    /// More happens than any line carries.
    pub const OVERLOAD: Self = Self { acts_max: 60, relays_max: 2, ..Self::LINES };
    /// Films begin, move and end, on lines of any quality.
    pub const FILMS: Self =
        Self { film_percent: 15, lose_film: 20, relays_max: 2, cut_viewer: 20, ..Self::LINES };
    /// All at once.
    pub const EVERYTHING: Self = Self {
        cut_viewer: 20,
        cut_uplink: 10,
        restart_relay: 10,
        new_epoch: 10,
        toggle: 30,
        ask: 50,
        lose_film: 10,
        film_percent: 8,
        hostile_percent: 20,
        relays_max: 3,
        ..Self::LINES
    };
}

/// Runs one seed.
///
/// # Errors
/// When a checker found something wrong; the message has the seed.
pub fn run(theme: &Theme, seed: u64) -> anyhow::Result<Figures> {
    run_checked(theme, seed).with_context(|| format!("SIM_SEED={seed}"))
}

fn run_checked(theme: &Theme, seed: u64) -> anyhow::Result<Figures> {
    let mut world = build(theme, seed);
    for _ in 0..theme.ticks {
        let tick_us = world.now_us + TICK_US;
        happen(theme, &mut world)?;
        world.connect(20);
        world.run_until(tick_us)?;
        world.check_bounds()?;
    }
    settle(&mut world)?;
    Ok(world.figures)
}

fn build(theme: &Theme, seed: u64) -> World {
    let mut rng = Rng::new(!seed);
    let sometimes = |rng: &mut Rng, percent| if rng.percent(70) { rng.between(1, percent) } else { 0 };
    let habits = Habits {
        copies: rng.percent(85),
        patch_percent: sometimes(&mut rng, 100),
        rounded_percent: sometimes(&mut rng, 50),
        mixed_percent: sometimes(&mut rng, 60),
        film_percent: theme.film_percent,
    };
    let relays = rng.between(1, theme.relays_max);
    let mut above = vec![Upper::Agent];
    for place in 1..relays {
        above.push(Upper::Relay(rng.below(place) as usize));
    }
    let mut world = World::new(seed, habits, &above);
    for _ in 0..rng.between(1, theme.viewers_max) {
        let relay = rng.below(relays) as usize;
        let manners = match rng.percent(theme.hostile_percent) {
            false => Manners::Good,
            true if rng.percent(50) => Manners::Deaf,
            true => Manners::Raving,
        };
        world.add_viewer(relay, manners);
    }
    world
}

/// What happens in a tick.
fn happen(theme: &Theme, world: &mut World) -> anyhow::Result<()> {
    let thousandths = |world: &mut World, chance| world.rng.below(1_000) < chance;
    for _ in 0..world.rng.below(theme.acts_max + 1) {
        world.agent.desktop.act(&mut world.rng);
    }
    if thousandths(world, theme.new_epoch) {
        world.agent.start_epoch(&mut world.rng);
    }
    for relay in 0..world.relays() {
        if thousandths(world, theme.restart_relay) {
            world.restart_relay(relay);
        }
        if thousandths(world, theme.cut_uplink) {
            world.cut_uplink(relay);
        }
    }
    for viewer in 0..world.viewers() {
        world.rave(viewer);
        if thousandths(world, theme.cut_viewer) {
            world.cut_viewer(viewer);
        }
        if thousandths(world, theme.toggle) {
            let watches = world.rng.percent(50);
            world.toggle(viewer, watches);
        }
        if thousandths(world, theme.ask) {
            world.ask(viewer, 50);
        }
        if thousandths(world, theme.lose_film) {
            world.lose_film(viewer);
        }
        if thousandths(world, 100) {
            world.press(viewer);
        }
    }
    world.capture(false, Showing::Anything)
}

/// Lines become good and nothing changes: everybody ends exact, and then nothing is sent any more.
fn settle(world: &mut World) -> anyhow::Result<()> {
    world.calm();
    show_all_films(world)?;
    become_exact(world)?;
    // What is still on its way, such as inputs and refreshes, comes; then all is quiet.
    drain(world, EXACT_WITHIN_US)?;
    become_exact(world)?;
    drain(world, EXACT_WITHIN_US)?;
    let before = world.figures;
    drain(world, EXACT_WITHIN_US)?;
    anyhow::ensure!(before == world.figures, "still sending: {before:?}, then {:?}", world.figures);
    world.check_exact()
}

/// Films that go on are shown by everybody, each at its newest picture.
fn show_all_films(world: &mut World) -> anyhow::Result<()> {
    let deadline_us = world.now_us + EXACT_WITHIN_US;
    loop {
        world.connect(100);
        world.capture(true, Showing::Still)?;
        world.run_until(world.now_us + TICK_US)?;
        match world.check_films() {
            Ok(()) => return Ok(()),
            Err(error) if deadline_us < world.now_us => return Err(error),
            Err(_) => {}
        }
    }
}

fn drain(world: &mut World, time_us: u64) -> anyhow::Result<()> {
    for _ in 0..time_us / DRAIN_TICK_US {
        world.capture(true, Showing::Over)?;
        world.run_until(world.now_us + DRAIN_TICK_US)?;
    }
    Ok(())
}

fn become_exact(world: &mut World) -> anyhow::Result<()> {
    let deadline_us = world.now_us + EXACT_WITHIN_US;
    loop {
        world.connect(100);
        world.capture(true, Showing::Over)?;
        world.run_until(world.now_us + TICK_US)?;
        world.check_bounds()?;
        match world.check_exact() {
            Ok(()) => return Ok(()),
            Err(error) if deadline_us < world.now_us => return Err(error),
            Err(_) => {}
        }
    }
}
