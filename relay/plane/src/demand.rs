//! What viewers want and what they get: at most so many colour modes of a display at once.

use std::collections::BTreeMap;

use wire::RenditionId;
use wire::control::{ColorMode, Wanted};

use crate::{DemandError, Replaced};

/// One display that a viewer watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) display: u8,
    pub(crate) mode: ColorMode,
    /// What the viewer said, and what is told upstream; 0: not known.
    pub(crate) wished_bytes_per_second: u32,
    pub(crate) bytes_per_second: u32,
}

impl Choice {
    pub(crate) fn rendition(&self) -> RenditionId {
        RenditionId::of(self.display, self.mode)
    }
}

/// What a viewer gets for his wishes, beside what the others watch.
pub(crate) fn choose(
    wanted: &[Wanted],
    others: &[Choice],
    modes_max: usize,
) -> Result<(Vec<Choice>, Vec<Replaced>), DemandError> {
    let (mut choices, mut replaced) = (Vec::<Choice>::new(), Vec::new());
    for wish in wanted {
        let display = u8::try_from(wish.display).map_err(|_| DemandError::NoSuchDisplay(wish.display))?;
        let mode = match wish.mode() {
            ColorMode::Unspecified => ColorMode::AllColors,
            mode => mode,
        };
        let given = nearest(display, mode, others, modes_max);
        if given != mode {
            replaced.push(Replaced { display, wanted: mode, given });
        }
        choices.retain(|choice| choice.display != display);
        let bytes_per_second = wish.bytes_per_second;
        let wished_bytes_per_second = bytes_per_second;
        choices.push(Choice { display, mode: given, wished_bytes_per_second, bytes_per_second });
    }
    Ok((choices, replaced))
}

/// The mode itself where it is watched already or there is room for it, else the nearest that is watched.
fn nearest(display: u8, mode: ColorMode, others: &[Choice], modes_max: usize) -> ColorMode {
    let wish = RenditionId::of(display, mode);
    let mut watched: Vec<_> = others.iter().filter(|choice| choice.display == display).collect();
    watched.sort_unstable_by_key(|choice| choice.rendition());
    watched.dedup_by_key(|choice| choice.rendition());
    if watched.len() < modes_max || watched.iter().any(|choice| choice.rendition() == wish) {
        return mode;
    }
    let distance = |choice: &&Choice| (choice.mode as i32).abs_diff(mode as i32);
    watched.into_iter().min_by_key(distance).map_or(mode, |choice| choice.mode)
}

/// The demand of all viewers: each rendition once, at the rate of the best served.
///
/// AllColors and VideoOptimized are one rendition. Films are coded as such only while all its viewers want that:
/// who wants all colours gets every pixel exact, and nothing is coded twice.
pub(crate) fn aggregate<'a>(choices: impl Iterator<Item = &'a Choice>) -> Vec<Wanted> {
    let mut renditions: BTreeMap<RenditionId, Choice> = BTreeMap::new();
    for choice in choices {
        let entry = renditions.entry(choice.rendition()).or_insert(*choice);
        // A link that was never full may be the best served.
        entry.bytes_per_second = match (entry.bytes_per_second, choice.bytes_per_second) {
            (0, _) | (_, 0) => 0,
            (known, other) => known.max(other),
        };
        if choice.mode != ColorMode::VideoOptimized {
            entry.mode = choice.mode;
        }
    }
    let wanted = |choice: Choice| Wanted {
        display: u32::from(choice.display),
        mode: choice.mode.into(),
        bytes_per_second: choice.bytes_per_second,
    };
    renditions.into_values().map(wanted).collect()
}
