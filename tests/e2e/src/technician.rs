//! Technicians without a screen at a [`Site`] of our own.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Context;
use transport::client::Preference;
use view::access::{Access, Entry};
use view::technician::Technician;
use wire::RenditionId;
use wire::control::ColorMode;
use wire::token::EnrolmentToken;

use crate::site::Site;

/// How long the first picture may take on a loaded machine.
const FIRST_PICTURE_MAX: Duration = Duration::from_secs(20);

/// Logs in to a site with an account of its own.
///
/// # Errors
/// When the site refuses.
pub async fn log_in(site: &Site, preference: Preference) -> anyhow::Result<Entry> {
    log_in_by(site, preference, site.ready().udp).await
}

/// Logs in to a site whose links go to `address`, such as a bad line's end.
///
/// # Errors
/// When the site refuses.
pub async fn log_in_by(site: &Site, preference: Preference, address: SocketAddr) -> anyhow::Result<Entry> {
    let token = EnrolmentToken::from_text(&site.token("pin")?)?;
    let (user, password) = site.account()?;
    let access = Access {
        url: site.api_url(),
        user,
        password,
        pin: token.pin,
        address: Some(address.to_string()),
        preference,
    };
    access.log_in().await
}

/// Joins an endpoint's session over QUIC, watches its primary display in all colours, and waits for a picture.
///
/// # Errors
/// When any step fails.
pub async fn join(site: &Site, endpoint: &str) -> anyhow::Result<Technician> {
    join_over(&log_in(site, Preference::Quic).await?, endpoint).await
}

/// Joins with a login that is there already.
///
/// # Errors
/// When any step fails.
pub async fn join_over(entry: &Entry, endpoint: &str) -> anyhow::Result<Technician> {
    join_in(entry, endpoint, ColorMode::AllColors).await
}

/// Joins with a login that is there already, and watches the primary display in a mode.
///
/// # Errors
/// When any step fails.
pub async fn join_in(entry: &Entry, endpoint: &str, mode: ColorMode) -> anyhow::Result<Technician> {
    let endpoint = entry.endpoint(endpoint).await?;
    let technician = Technician::join(entry, &endpoint.id).await?;
    let display = u8::try_from(technician.primary_display(FIRST_PICTURE_MAX).await?.id)?;
    technician.watch(&[(display, mode)]).await?;
    let rendition = RenditionId::of(display, mode);
    technician.until_picture(rendition, FIRST_PICTURE_MAX, |_| true).await?;
    Ok(technician)
}

/// Joins as soon as the endpoint is online.
///
/// # Errors
/// When it is not within `bound`.
pub async fn join_when_online(site: &Site, endpoint: &str, bound: Duration) -> anyhow::Result<Technician> {
    join_when_online_over(&log_in(site, Preference::Quic).await?, endpoint, bound).await
}

/// The same with a login that is there already.
///
/// # Errors
/// When the endpoint is not online within `bound`.
pub async fn join_when_online_over(
    entry: &Entry,
    endpoint: &str,
    bound: Duration,
) -> anyhow::Result<Technician> {
    let end = Instant::now() + bound;
    while !entry.endpoint(endpoint).await?.online {
        anyhow::ensure!(Instant::now() < end, "{endpoint} is not online within {bound:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    join_over(entry, endpoint).await.context("the endpoint is online")
}
