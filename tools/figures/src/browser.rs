//! A browser without pages: HTTP with a cookie, as the administrator of a site.

use anyhow::Context;
use e2e::site::Site;

/// Logs in as the administrator that the site began with.
///
/// # Errors
/// When the site refuses.
pub async fn log_in(site: &Site) -> anyhow::Result<reqwest::Client> {
    // A program that has one already keeps it.
    let _ = transport::tls::provider().as_ref().clone().install_default();
    let client = reqwest::Client::builder().cookie_store(true).build()?;
    let login = serde_json::json!({ "user": site.user(), "password": site.password() });
    let url = format!("{}/api/login", site.api_url());
    client.post(url).json(&login).send().await?.error_for_status().context("login")?;
    Ok(client)
}

/// The team that the site began with.
///
/// # Errors
/// When the site refuses, or has none.
pub async fn team(client: &reqwest::Client, site: &Site) -> anyhow::Result<u64> {
    let url = format!("{}/api/teams", site.api_url());
    let teams: serde_json::Value = client.get(url).send().await?.error_for_status()?.json().await?;
    let list = teams.as_array().or_else(|| teams["items"].as_array()).context("a list of teams")?;
    list.first().and_then(|team| team["id"].as_u64()).context("a team")
}
