//! What kind of load, for how long, and where the results go.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

/// The load of one run. Without a relay it starts one, beside which it must lie.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// Agents that show something.
    #[arg(long, default_value_t = 10)]
    pub agents: usize,
    /// Technicians in the session of each.
    #[arg(long, default_value_t = 1)]
    pub technicians: usize,
    /// Agents that are only there.
    #[arg(long, default_value_t = 0)]
    pub idle: usize,
    /// What agents show: a recording (a .td.zst file) in a loop. Without one, noise.
    #[arg(long)]
    pub recording: Option<PathBuf>,
    /// Payload bytes of one picture of noise.
    #[arg(long, default_value_t = 20_000)]
    pub bytes: usize,
    /// Pictures of noise a second.
    #[arg(long, default_value_t = 30)]
    pub rate: u32,
    /// Keys a second of the first technician of each session; the time until they show is measured.
    #[arg(long, default_value_t = 0.0)]
    pub keys: f64,
    /// Of each session's technicians, so many read slowly …
    #[arg(long, default_value_t = 0)]
    pub slow: usize,
    /// … namely so many bytes a second.
    #[arg(long, default_value_t = 50_000)]
    pub slow_bytes: u32,
    /// Of each session's technicians, so many read nothing at all.
    #[arg(long, default_value_t = 0)]
    pub stalled: usize,
    /// Technicians a second who come beside the others, and close their link or crash; and one agent that
    /// crashes and comes back.
    #[arg(long, default_value_t = 0.0)]
    pub churn: f64,
    /// Milliseconds that the technicians' line takes, one way.
    #[arg(long, default_value_t = 0)]
    pub delay: u64,
    /// Percent of packets that it loses.
    #[arg(long, default_value_t = 0.0)]
    pub loss: f64,
    /// Megabits a second that it carries; 0: no limit.
    #[arg(long, default_value_t = 0.0)]
    pub line: f64,
    /// Seconds over which agents come, and then technicians.
    #[arg(long, default_value_t = 2.0)]
    pub ramp: f64,
    /// Seconds after that which are not measured.
    #[arg(long, default_value_t = 2.0)]
    pub warm_up: f64,
    /// Seconds that are measured.
    #[arg(long, default_value_t = 10.0)]
    pub seconds: f64,
    /// Share of one core that the relay is held to, such as 0.5; needs control groups.
    #[arg(long)]
    pub share: Option<f64>,
    /// A relay that runs already, by its address for browsers: `https://support.example` or `http://localhost:8080`.
    #[arg(long, requires_all = ["user", "password", "pin"])]
    pub relay: Option<String>,
    /// host:port of its links, where it is not the one in `--relay`.
    #[arg(long)]
    pub links: Option<String>,
    /// An administrator there. Computers of the load stay on its desk.
    #[arg(long)]
    pub user: Option<String>,
    /// His password.
    #[arg(long, env = "NEARHAND_PASSWORD", hide_env_values = true)]
    pub password: Option<String>,
    /// What `relay certificates` prints.
    #[arg(long)]
    pub pin: Option<String>,
    /// Its process, where it runs on this machine.
    #[arg(long)]
    pub process: Option<u32>,
    /// Writes a page with plots.
    #[arg(long)]
    pub report: Option<PathBuf>,
    /// Writes all numbers.
    #[arg(long)]
    pub json: Option<PathBuf>,
}

impl Options {
    /// Names the option that asks for what cannot be.
    ///
    /// # Errors
    /// When there is one.
    pub fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.slow + self.stalled <= self.technicians,
            "--slow {} and --stalled {} are more than --technicians {}",
            self.slow,
            self.stalled,
            self.technicians
        );
        anyhow::ensure!(0.0 < self.seconds && self.seconds <= 86_400.0, "--seconds is {}", self.seconds);
        anyhow::ensure!((0.0..=600.0).contains(&self.ramp), "--ramp is {}, at most 600", self.ramp);
        anyhow::ensure!((0.0..=600.0).contains(&self.warm_up), "--warm-up is {}, at most 600", self.warm_up);
        anyhow::ensure!((0.0..=100.0).contains(&self.loss), "--loss is {} percent", self.loss);
        anyhow::ensure!((0.0..=1000.0).contains(&self.keys), "--keys is {}, at most 1000", self.keys);
        anyhow::ensure!((0.0..=1000.0).contains(&self.churn), "--churn is {}, at most 1000", self.churn);
        anyhow::ensure!((1..=1000).contains(&self.rate), "--rate is {}, from 1 to 1000", self.rate);
        anyhow::ensure!((1..=200_000).contains(&self.bytes), "--bytes is {}, from 1 to 200000", self.bytes);
        anyhow::ensure!(
            self.share.is_none_or(|share| (0.01..=64.0).contains(&share)),
            "--share is {:?}, at least 0.01",
            self.share
        );
        Ok(())
    }

    /// Whether the technicians' line is worse than the machine's own.
    pub fn is_shaped(&self) -> bool {
        0 < self.delay || 0.0 < self.loss || 0.0 < self.line
    }

    /// The ramp as time.
    pub fn ramp_time(&self) -> Duration {
        Duration::from_secs_f64(self.ramp)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        options: Options,
    }

    fn check(arguments: &str) -> String {
        let options = Cli::parse_from(format!("loadgen {arguments}").split_whitespace()).options;
        options.check().map_or_else(|error| error.to_string(), |()| "good".to_owned())
    }

    #[test]
    fn an_impossible_wish_is_named_with_its_limit() {
        assert_eq!(check(""), "good");
        assert_eq!(
            check("--technicians 1 --stalled 2"),
            "--slow 0 and --stalled 2 are more than --technicians 1"
        );
        assert_eq!(check("--loss 101"), "--loss is 101 percent");
        assert_eq!(check("--rate 0"), "--rate is 0, from 1 to 1000");
    }
}
