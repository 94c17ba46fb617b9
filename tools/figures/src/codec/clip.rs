//! The recorded desktops of the corpus, and what is known of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use frame::{Picture, Region};
use platform::fake::RecordingReader;
use sha2::{Digest, Sha256};

/// What the files end with.
const ENDING: &str = ".td.zst";

/// A recorded desktop.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clip {
    /// Its name: the file's, without its ending.
    pub name: String,
    /// The file.
    pub path: PathBuf,
}

/// What is to be reached on a clip, in kB of ten seconds without the first picture: recorded numbers of a prototype
/// that codes the whole clip as one stream, times a factor each for goal and moonshot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// What must be reached.
    pub goal_kb: f64,
    /// What nobody else reaches.
    pub moonshot_kb: f64,
    /// Whether photographs may be lossy while they change: then what refines them does not count.
    pub is_lossy: bool,
}

impl Clip {
    /// What is to be reached, for clips that the prototype was tried on.
    pub fn bounds(&self) -> Option<Bounds> {
        let (prototype_kb, goal, moonshot, is_lossy) = match self.name.as_str() {
            "typing" => (50.0, 1.3, 0.8, false),
            "termflood" => (395.0, 1.3, 0.8, false),
            "scroll" => (589.0, 1.3, 0.8, false),
            "ide" => (661.0, 1.2, 0.8, false),
            "alttab" => (257.0, 1.2, 0.8, false),
            "drag" => (4770.0, 1.0, 0.6, true),
            "slides" => (1169.0, 1.0, 0.6, true),
            _ => return None,
        };
        Some(Bounds { goal_kb: prototype_kb * goal, moonshot_kb: prototype_kb * moonshot, is_lossy })
    }

    /// Whether there is something to be reached on it.
    pub fn is_known(&self) -> bool {
        self.bounds().is_some()
    }

    /// Reads it once.
    ///
    /// # Errors
    /// When the file cannot be read or is no recording.
    pub fn outline(&self) -> anyhow::Result<Outline> {
        Outline::read(&self.path).with_context(|| self.path.display().to_string())
    }
}

/// All clips of the corpus, by name.
///
/// # Errors
/// When the folder cannot be read, or has none.
pub fn all() -> anyhow::Result<Vec<Clip>> {
    let folder = folder();
    let entries = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let mut clips = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()?.strip_suffix(ENDING));
        clips.extend(name.map(|name| Clip { name: name.to_owned(), path: path.clone() }));
    }
    anyhow::ensure!(!clips.is_empty(), "no recordings in {}", folder.display());
    clips.sort();
    Ok(clips)
}

/// The clip with this name.
///
/// # Errors
/// When it is not there.
pub fn named(name: &str) -> anyhow::Result<Clip> {
    let path = folder().join(format!("{name}{ENDING}"));
    anyhow::ensure!(path.exists(), "no recording {}", path.display());
    Ok(Clip { name: name.to_owned(), path })
}

fn folder() -> PathBuf {
    std::env::var_os("NEARHAND_CORPUS").map_or_else(|| PathBuf::from("../shared/corpus"), PathBuf::from)
}

/// What a player must show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Pictures.
    pub frames: u32,
    /// From the first picture to the last.
    pub length: Duration,
    /// SHA-256 of the first picture, as [`view::technician::Technician::hash`] has it.
    pub first: String,
    /// … and of the last.
    pub last: String,
}

impl Outline {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let mut reader = RecordingReader::open(path)?;
        let mut picture = Picture::new(reader.size())?;
        let (mut frames, mut length, mut first) = (0, Duration::ZERO, String::new());
        while let Some(head) = reader.next_frame()? {
            reader.draw(&mut picture, &mut Region::default())?;
            if frames == 0 {
                first = hash(&picture);
            }
            (frames, length) = (frames + 1, head.at);
        }
        Ok(Self { frames, length, first, last: hash(&picture) })
    }
}

fn hash(picture: &Picture) -> String {
    let rgb: Vec<u8> =
        picture.pixels().chunks_exact(4).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect();
    Sha256::digest(rgb).iter().map(|byte| format!("{byte:02x}")).collect()
}
