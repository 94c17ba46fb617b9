//! What programs used of the machine: others by `/proc`, the own thread by its clock.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::Context;
use rustix::time::{ClockId, clock_gettime};

/// CPU seconds of some processes, against the clock.
pub struct Share {
    processes: Vec<u32>,
    before: f64,
    start: Instant,
}

impl Share {
    /// Starts to measure these processes together.
    ///
    /// # Errors
    /// When one is gone.
    pub fn start(processes: &[u32]) -> anyhow::Result<Self> {
        let before = seconds(processes)?;
        Ok(Self { processes: processes.to_vec(), before, start: Instant::now() })
    }

    /// CPU seconds used since the start.
    ///
    /// # Errors
    /// When one is gone.
    pub fn seconds(&self) -> anyhow::Result<f64> {
        Ok(seconds(&self.processes)? - self.before)
    }

    /// Percent of one core used since the start.
    ///
    /// # Errors
    /// When one is gone.
    pub fn percent(&self) -> anyhow::Result<f64> {
        Ok(100.0 * self.seconds()? / self.start.elapsed().as_secs_f64())
    }
}

/// CPU time of this thread so far. Unlike the clock, neighbours on the same cores hardly change it.
pub fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// Memory of a process that is its own and in use, in bytes.
///
/// # Errors
/// When it is gone.
pub fn memory_bytes(process: u32) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).context("RssAnon")?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(1024.0 * kilobytes)
}

/// Of all threads, also of those that ended; in steps of 10 ms.
fn seconds(processes: &[u32]) -> anyhow::Result<f64> {
    let mut ticks = 0.0;
    for process in processes {
        let stat =
            fs::read_to_string(format!("/proc/{process}/stat")).context("a measured process is gone")?;
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        // Fields 14 and 15 of proc(5), counted behind the name.
        for field in after_name.split_whitespace().skip(11).take(2) {
            ticks += field.parse::<f64>()?;
        }
    }
    // On every Linux of today.
    Ok(ticks / 100.0)
}
