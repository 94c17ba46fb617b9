//! Holds a program to a share of a core, by a control group of the kernel: what happens when a relay has more to do
//! than it can.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// Within so many microseconds the share is given out. A short time, so that what waits for its share waits little.
const PERIOD_US: u32 = 10_000;

/// A process that is held; it is let go when this is dropped.
#[derive(Debug)]
pub struct Held {
    folder: PathBuf,
    process: u32,
}

impl Held {
    /// Holds `process` to `share` of one core.
    ///
    /// # Errors
    /// When this user or this machine has no control groups to make.
    pub fn start(process: u32, share: f64) -> anyhow::Result<Self> {
        let quota_us = (share * f64::from(PERIOD_US)).max(1000.0) as u32;
        let name = format!("nearhand-load-{process}");
        let [first, second] = [Path::new("/sys/fs/cgroup/cpu"), Path::new("/sys/fs/cgroup")];
        let (folder, settings) = if first.join("cpu.cfs_quota_us").exists() {
            let quota = ("cpu.cfs_quota_us", quota_us.to_string());
            (first.join(name), vec![("cpu.cfs_period_us", PERIOD_US.to_string()), quota])
        } else {
            (second.join(name), vec![("cpu.max", format!("{quota_us} {PERIOD_US}"))])
        };
        fs::create_dir_all(&folder).with_context(|| format!("no control group {}", folder.display()))?;
        let held = Self { folder, process };
        for (file, value) in settings {
            held.write(file, &value)?;
        }
        held.write("cgroup.procs", &process.to_string())?;
        Ok(held)
    }

    fn write(&self, file: &str, value: &str) -> anyhow::Result<()> {
        let path = self.folder.join(file);
        fs::write(&path, value).with_context(|| format!("{value} into {}", path.display()))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Back to the group above; a process that is gone has left by itself.
        if let Some(above) = self.folder.parent() {
            let _ = fs::write(above.join("cgroup.procs"), self.process.to_string());
        }
        let _ = fs::remove_dir(&self.folder);
    }
}
