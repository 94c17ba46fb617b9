//! Thousands of customers who wait in one team's queue, each from an address of his own, as the door wants it.

use std::net::{IpAddr, Ipv4Addr};

use anyhow::Context;
use e2e::site::Site;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// Sessions that one address may start at once; `relay/src/portal/door.rs` has the limit.
const STARTS: usize = 30;

/// Addresses that knock at the same time.
const AT_ONCE: usize = 8;

/// Customers who wait.
pub struct Crowd {
    /// Their sessions, in the order of the queue.
    pub sessions: Vec<u64>,
    /// The team that they wait for.
    pub team: u64,
    /// Another one, to whose queue they can be moved.
    pub aside: u64,
}

impl Crowd {
    /// Lets so many customers choose an issue of the site's first team. `client` is an administrator's.
    ///
    /// # Errors
    /// When the relay refuses one of them.
    pub async fn gather(client: &Client, site: &Site, count: usize) -> anyhow::Result<Self> {
        let team = crate::browser::team(client, site).await?;
        let me = format!("{}/api/me", site.api_url());
        let me: Value = client.get(me).send().await?.error_for_status()?.json().await?;
        let account = me["account"].as_u64().context("an account")?.to_string();
        // Only who is in a team takes somebody out of its queue.
        let team_aside = json!({ "name": "Aside", "members": { account: "member" } });
        let aside = create(client, site, "team", &team_aside).await?;
        let issue = create(client, site, "issue", &json!({ "name": "Printers", "team": team })).await?;
        let portal = offer(client, site, issue).await?;
        let mut knocking = JoinSet::new();
        let mut sessions = Vec::with_capacity(count);
        for first in (0..count).step_by(STARTS) {
            if AT_ONCE <= knocking.len() {
                sessions.extend(knocking.join_next().await.context("somebody knocks")???);
            }
            let numbers = first..(first + STARTS).min(count);
            knocking.spawn(knock(site.api_url(), numbers, portal, issue));
        }
        while let Some(started) = knocking.join_next().await {
            sessions.extend(started??);
        }
        sessions.sort_unstable();
        Ok(Self { sessions, team, aside })
    }

    /// Moves somebody who waits to the end of a team's queue.
    ///
    /// # Errors
    /// When the relay refuses.
    pub async fn put(client: &Client, site: &str, session: u64, team: u64) -> anyhow::Result<()> {
        let to = json!({ "do": "move", "to": { "kind": "team", "id": team } });
        let moved = client.post(format!("{site}/api/sessions/{session}")).json(&to).send().await?;
        let status = moved.status();
        anyhow::ensure!(status.is_success(), "session {session}: {}", moved.text().await?);
        Ok(())
    }
}

/// Customers of one address, one after the other.
async fn knock(
    site: String,
    numbers: std::ops::Range<usize>,
    portal: u64,
    issue: u64,
) -> anyhow::Result<Vec<u64>> {
    let place = u16::try_from(numbers.start / STARTS)?.to_be_bytes();
    let address = IpAddr::V4(Ipv4Addr::new(127, 1, place[0], place[1]));
    let client = Client::builder().local_address(address).build()?;
    let url = format!("{site}/api/portal/sessions");
    let mut sessions = Vec::new();
    for number in numbers {
        let wish = json!({
            "portal": portal,
            "by": { "issue": issue },
            "name": format!("Customer {number}"),
            "question": format!("The printer on floor {} says PC LOAD LETTER again.", number % 40),
        });
        let text = client.post(&url).json(&wish).send().await?.text().await?;
        let started: Value = serde_json::from_str(&text).with_context(|| text.clone())?;
        sessions.push(started["session"].as_u64().with_context(|| format!("a start: {text}"))?);
    }
    Ok(sessions)
}

/// Makes a record whose other fields are as the page's form has them.
async fn create(client: &Client, site: &Site, kind: &str, record: &Value) -> anyhow::Result<u64> {
    let made = client
        .post(format!("{}/api/records", site.api_url()))
        .json(&json!({ "kind": kind, "record": record }))
        .send()
        .await?;
    let status = made.status();
    let text = made.text().await?;
    anyhow::ensure!(status.is_success(), "{kind}: {text}");
    let stored: Value = serde_json::from_str(&text)?;
    stored["id"].as_u64().with_context(|| text.clone())
}

/// Puts an issue on the site's first portal.
async fn offer(client: &Client, site: &Site, issue: u64) -> anyhow::Result<u64> {
    let portals = format!("{}/api/records/portal", site.api_url());
    let list: Value = client.get(&portals).send().await?.error_for_status()?.json().await?;
    let mut portal = list["records"][0].clone();
    let id = portal["id"].as_u64().context("a portal")?;
    portal["record"]["issues"] = json!([issue]);
    let changed = json!({
        "version": portal["version"],
        "kind": "portal",
        "record": portal["record"],
    });
    client.put(format!("{portals}/{id}")).json(&changed).send().await?.error_for_status()?;
    Ok(id)
}
