//! Endpoints: the computers that agents run on.

use std::str::FromStr;

use wire::control;

use crate::db::{Db, DbError, sql};
use crate::time::Moment;

/// Characters that are kept of each thing an agent says of its computer.
const DEVICE_TEXT_MAX: usize = 128;

/// Names an endpoint; sixteen hexadecimal digits wherever it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EndpointId(pub(super) i64);

impl EndpointId {
    /// A fresh random one.
    pub(crate) fn random() -> Self {
        Self(i64::from_be_bytes(crate::random::bytes()))
    }
}

impl From<desk::ItemId> for EndpointId {
    fn from(item: desk::ItemId) -> Self {
        Self(item.get().cast_signed())
    }
}

impl From<EndpointId> for desk::ItemId {
    fn from(endpoint: EndpointId) -> Self {
        Self::new(endpoint.0.cast_unsigned())
    }
}

impl std::fmt::Display for EndpointId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for EndpointId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u64::from_str_radix(text, 16).map(|raw| Self(raw.cast_signed()))
    }
}

/// What an agent says of its computer, shortened to what is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Device {
    pub(crate) host_name: String,
    pub(crate) os: String,
    pub(crate) os_version: String,
    pub(crate) user: String,
    /// Name and version of the agent.
    pub(crate) software: String,
}

impl Device {
    pub(crate) fn new(device: control::Device, software: String) -> Self {
        let short =
            |text: String| text.chars().filter(|letter| !letter.is_control()).take(DEVICE_TEXT_MAX).collect();
        Self {
            host_name: short(device.host_name),
            os: short(device.os),
            os_version: short(device.os_version),
            user: short(device.user),
            software: short(software),
        }
    }
}

/// An enrolled endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) id: EndpointId,
    pub(crate) name: String,
    pub(crate) os: String,
    /// Name and version of its agent.
    pub(crate) software: String,
    pub(crate) last_seen: Moment,
}

impl Endpoint {
    /// A computer that is here for one session only, and never in the database.
    pub(crate) fn passing(id: EndpointId, name: String, device: &Device) -> Self {
        let Device { os, software, .. } = device;
        Self { id, name, os: os.clone(), software: software.clone(), last_seen: Moment::now() }
    }
}

/// What a statement gives of an endpoint.
pub(super) type Row = (i64, String, String, String, i64);

impl From<Row> for Endpoint {
    fn from((id, name, os, software, seen): Row) -> Self {
        Self { id: EndpointId(id), name, os, software, last_seen: Moment::from_ms(seen) }
    }
}

impl Db {
    /// All endpoints, by name.
    pub(crate) async fn endpoints(&self) -> Result<Vec<Endpoint>, DbError> {
        let select = sql("SELECT id, name, os, software, last_seen_ms FROM endpoints ORDER BY name, id");
        let rows = self.all::<Row>(select).await?;
        Ok(rows.into_iter().map(Endpoint::from).collect())
    }

    /// The endpoint whose agent holds this key, with what that agent now says of its computer.
    pub(crate) async fn endpoint_came(
        &self,
        public_key: &[u8; 32],
        device: &Device,
    ) -> Result<Option<Endpoint>, DbError> {
        let update = sql(
            "UPDATE endpoints SET host_name = $1, os = $2, os_version = $3, user_name = $4, software = $5,
                last_seen_ms = $6
             WHERE public_key = $7 RETURNING id, name, os, software, last_seen_ms",
        )
        .bind(&device.host_name)
        .bind(&device.os)
        .bind(&device.os_version)
        .bind(&device.user)
        .bind(&device.software)
        .bind(Moment::now())
        .bind(public_key);
        let row = self.run_returning::<Row>(update).await?;
        Ok(row.map(Endpoint::from))
    }

    /// The endpoint of a key; one that is not known yet is from now on. What it is called is the desk's business.
    pub(crate) async fn know_endpoint(&self, public_key: &[u8; 32]) -> Result<EndpointId, DbError> {
        let now = Moment::now();
        let insert = sql("INSERT INTO endpoints (id, name, public_key, created_ms, last_seen_ms)
             VALUES ($1, '', $2, $3, $4) ON CONFLICT (public_key) DO NOTHING")
        .bind(EndpointId::random().0)
        .bind(public_key)
        .bind(now)
        .bind(now);
        self.run(insert).await?;
        let (id,) = self
            .first(sql("SELECT id FROM endpoints WHERE public_key = $1").bind(public_key))
            .await?
            .ok_or(DbError::Sql(sqlx::Error::RowNotFound))?;
        Ok(EndpointId(id))
    }

    pub(crate) async fn endpoint_went(&self, id: EndpointId) -> Result<(), DbError> {
        let update = sql("UPDATE endpoints SET last_seen_ms = $1 WHERE id = $2");
        self.run(update.bind(Moment::now()).bind(id.0)).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_digits() {
        for id in [EndpointId(0), EndpointId(-1), EndpointId(i64::MIN), EndpointId::random()] {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        assert!("not an id".parse::<EndpointId>().is_err());
    }
}
