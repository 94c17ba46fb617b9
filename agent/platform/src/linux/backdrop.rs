//! The wallpaper that a desktop draws in a window of its own: changed through the desktop's setting, by its own
//! program. Where the desktop or the program is another one, there is none.
//!
//! A line `setting KEY VALUE` describes each key that is changed.

use std::{
    env,
    io::Read as _,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a desktop's program may take; it is ended then.
const ANSWER_MAX: Duration = Duration::from_secs(3);

/// Pause between two looks whether it has ended.
const LOOK: Duration = Duration::from_millis(10);

/// The most that is read of an answer: a key's value is a word, a list of keys some kilobytes.
const ANSWER_BYTES_MAX: u64 = 64 << 10;

const SETTING: &str = "setting ";

/// Desktops that keep it in dconf: what their session calls itself, the schema, and the key whose value `none` hides it.
const GSETTINGS: [(&str, &str, &str); 4] = [
    ("GNOME", "org.gnome.desktop.background", "picture-options"),
    ("Unity", "org.gnome.desktop.background", "picture-options"),
    ("Cinnamon", "org.cinnamon.desktop.background", "picture-options"),
    ("MATE", "org.mate.background", "picture-options"),
];

/// What Xfce's session calls itself, and where its desktop keeps its settings.
const XFCE: &str = "XFCE";
const XFCE_CHANNEL: &str = "xfce4-desktop";

/// A desktop's own setting.
#[derive(Debug)]
pub(super) struct Backdrop {
    display: String,
    desktop: Desktop,
}

#[derive(Debug, Clone, Copy)]
enum Desktop {
    Gsettings { schema: &'static str, key: &'static str },
    Xfce,
}

impl Backdrop {
    /// The setting of the desktop that this process belongs to.
    pub(super) fn find(display: &str) -> Option<Self> {
        // Only our own session's: another display belongs to somebody else.
        if env::var("DISPLAY").is_ok_and(|own| own != display) {
            return None;
        }
        let session = env::var("XDG_CURRENT_DESKTOP").ok()?;
        let is = |name: &str| session.split(':').any(|part| part.eq_ignore_ascii_case(name));
        let kept = GSETTINGS.iter().find(|(name, ..)| is(name));
        let desktop = match kept {
            Some(&(_, schema, key)) => Desktop::Gsettings { schema, key },
            None if is(XFCE) => Desktop::Xfce,
            None => return None,
        };
        Some(Self { display: display.to_owned(), desktop })
    }

    /// Lines for all keys; `None` where the program does not answer.
    pub(super) fn original(&self) -> Option<String> {
        let lines =
            self.keys().into_iter().filter_map(|key| Some(format!("{SETTING}{key} {}\n", self.get(&key)?)));
        Some(lines.collect::<String>()).filter(|lines| !lines.is_empty())
    }

    pub(super) fn hide(&self) {
        let none = if matches!(self.desktop, Desktop::Xfce) { "0" } else { "none" };
        self.keys().iter().for_each(|key| self.set(key, none));
    }

    /// Puts back what `original` says of keys that are ours; other keys are not written.
    pub(super) fn show(&self, original: &str) {
        let keys = self.keys();
        let settings = original.lines().filter_map(|line| line.strip_prefix(SETTING)?.split_once(' '));
        settings
            .filter(|(key, _)| keys.iter().any(|ours| ours == key))
            .for_each(|(key, value)| self.set(key, value));
    }

    fn keys(&self) -> Vec<String> {
        match self.desktop {
            Desktop::Gsettings { key, .. } => vec![key.to_owned()],
            Desktop::Xfce => {
                let listed = self.ask("xfconf-query", &["-c", XFCE_CHANNEL, "-l"]).unwrap_or_default();
                listed.lines().filter(|key| key.ends_with("/image-style")).map(str::to_owned).collect()
            }
        }
    }

    fn get(&self, key: &str) -> Option<String> {
        let value = match self.desktop {
            Desktop::Gsettings { schema, .. } => self.ask("gsettings", &["get", schema, key]),
            Desktop::Xfce => self.ask("xfconf-query", &["-c", XFCE_CHANNEL, "-p", key]),
        };
        value.map(|value| value.trim().trim_matches('\'').to_owned())
    }

    fn set(&self, key: &str, value: &str) {
        let set = match self.desktop {
            Desktop::Gsettings { schema, .. } => self.ask("gsettings", &["set", schema, key, value]),
            Desktop::Xfce => self.ask("xfconf-query", &["-c", XFCE_CHANNEL, "-p", key, "-s", value]),
        };
        if set.is_none() {
            tracing::warn!(key, value, "the desktop's wallpaper setting was not changed");
        }
    }

    /// What a program prints; `None` where it is missing, fails, or takes too long.
    fn ask(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let mut command = Command::new(program);
        command.args(arguments).env("DISPLAY", &self.display);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let printed = child.stdout.take()?;
        let reading = thread::spawn(move || {
            let mut answer = String::new();
            printed.take(ANSWER_BYTES_MAX).read_to_string(&mut answer).map(|_| answer)
        });
        let end = Instant::now() + ANSWER_MAX;
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if Instant::now() < end => thread::park_timeout(LOOK),
                _ => {
                    // Gone already is as good.
                    let _ = child.kill();
                    break child.wait().ok()?;
                }
            }
        };
        let answer = reading.join().ok()?.ok()?;
        status.success().then_some(answer)
    }
}
