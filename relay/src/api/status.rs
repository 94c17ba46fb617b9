//! `/api/status`: how the relay is, for administrators.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::Shared;
use crate::api::problem::Problem;
use crate::api::who::Administrator;
use crate::db::Size;
use crate::mail::Tally;

/// How the relay is now.
#[derive(Serialize, JsonSchema)]
pub(super) struct Status {
    version: &'static str,
    /// For how long it serves.
    up_s: u64,
    load: Load,
    agents: Vec<Version>,
    mail: Mail,
    database: Size,
    /// Of the file system that holds the state folder.
    disk: Option<Disk>,
}

/// How much goes on.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "StatusLoad")]
struct Load {
    agents_online: usize,
    technicians_online: usize,
    /// Sessions that live, waiting ones among them.
    sessions: usize,
    /// Of the machine, over a minute; none where it does not say.
    load_average: Option<f64>,
    /// Of this process, in memory.
    resident_bytes: Option<u64>,
}

/// Agents of one version.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AgentVersion")]
struct Version {
    software: String,
    known: u64,
    online: usize,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MailStatus")]
struct Mail {
    is_configured: bool,
    #[serde(flatten)]
    letters: Tally,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DiskSpace")]
struct Disk {
    total_bytes: u64,
    free_bytes: u64,
}

/// How the relay is now.
pub(super) async fn status(
    State(site): State<Shared>,
    Administrator(_): Administrator,
) -> Result<Json<Status>, Problem> {
    let mut online = site.registry.versions();
    let load = Load {
        agents_online: online.values().sum(),
        technicians_online: site.attendance.count(),
        sessions: site.keeper.read().sessions().len(),
        load_average: number_in("/proc/loadavg", 0),
        resident_bytes: resident_bytes(),
    };
    let known = site.db.versions().await?;
    let mut agents: Vec<Version> = known
        .into_iter()
        .map(|(software, known)| Version { online: online.remove(&software).unwrap_or(0), software, known })
        .collect();
    let rest = |(software, online): (String, usize)| Version { software, known: online as u64, online };
    agents.extend(BTreeMap::into_iter(online).map(rest));
    Ok(Json(Status {
        version: env!("CARGO_PKG_VERSION"),
        up_s: site.started.elapsed().as_secs(),
        load,
        agents,
        mail: Mail { is_configured: site.mailer.is_on(), letters: site.mailer.tally() },
        database: site.db.size().await?,
        disk: disk(&site),
    }))
}

fn disk(site: &Shared) -> Option<Disk> {
    let found = rustix::fs::statvfs(&site.state_folder).ok()?;
    Some(Disk { total_bytes: found.f_blocks * found.f_frsize, free_bytes: found.f_bavail * found.f_frsize })
}

/// The second number of `/proc/self/statm` counts pages.
fn resident_bytes() -> Option<u64> {
    let pages: f64 = number_in("/proc/self/statm", 1)?;
    Some(pages as u64 * rustix::param::page_size() as u64)
}

fn number_in(file: &str, index: usize) -> Option<f64> {
    std::fs::read_to_string(file).ok()?.split_whitespace().nth(index)?.parse().ok()
}
