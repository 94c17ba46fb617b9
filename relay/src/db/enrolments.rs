//! Enrolments: the right to add one endpoint, once, for a while.

use ring::digest::{SHA256, digest};

use crate::db::endpoints::Row;
use crate::db::{Db, DbError, Device, Endpoint, EndpointId, Tx, sql};
use crate::time::Moment;

/// Why an agent is not enrolled.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EnrolError {
    /// Nobody made such a token, or it was used before.
    #[error("the enrolment token is not known, or was used before")]
    NotKnown,
    /// It was made too long ago.
    #[error("the enrolment token has expired")]
    Expired,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Db {
    /// Remembers a token's secret, hashed.
    pub(crate) async fn add_enrolment(
        &self,
        secret: &[u8],
        name: &str,
        expires: Moment,
    ) -> Result<(), DbError> {
        let insert =
            sql("INSERT INTO enrolments (secret_hash, name, created_ms, expires_ms) VALUES ($1, $2, $3, $4)");
        let hash = digest(&SHA256, secret);
        self.run(insert.bind(hash.as_ref()).bind(name).bind(Moment::now()).bind(expires)).await?;
        Ok(())
    }

    /// Uses up a token: its endpoint is known by `public_key` from now on.
    ///
    /// A key that is known already keeps its endpoint, under the token's name.
    pub(crate) async fn enrol(
        &self,
        secret: &[u8],
        public_key: &[u8; 32],
        device: &Device,
    ) -> Result<Endpoint, EnrolError> {
        let now = Moment::now();
        let mut tx = self.begin_write().await?;
        // Using it up comes first: of two that bring it at the same time, the second waits here and finds nothing.
        let take = sql("UPDATE enrolments SET used_ms = $1 WHERE secret_hash = $2 AND used_ms IS NULL
             RETURNING id, name, expires_ms");
        let (enrolment, name, expires): (i64, String, i64) = tx
            .first(take.bind(now).bind(digest(&SHA256, secret).as_ref()))
            .await?
            .ok_or(EnrolError::NotKnown)?;
        if expires <= now.to_ms() {
            return Err(EnrolError::Expired);
        }
        let endpoint = insert(&mut tx, &name, public_key, device, now).await?;
        let tell = sql("UPDATE enrolments SET endpoint = $1 WHERE id = $2");
        tx.run(tell.bind(endpoint.id.0).bind(enrolment)).await?;
        tx.commit().await?;
        Ok(endpoint)
    }
}

async fn insert(
    tx: &mut Tx,
    name: &str,
    public_key: &[u8; 32],
    device: &Device,
    now: Moment,
) -> Result<Endpoint, DbError> {
    let insert = sql("INSERT INTO endpoints
            (id, name, public_key, host_name, os, os_version, user_name, software, created_ms, last_seen_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (public_key) DO UPDATE SET name = excluded.name, host_name = excluded.host_name,
            os = excluded.os, os_version = excluded.os_version, user_name = excluded.user_name,
            software = excluded.software, last_seen_ms = excluded.last_seen_ms
         RETURNING id, name, os, software, last_seen_ms")
    .bind(EndpointId::random().0)
    .bind(name)
    .bind(public_key)
    .bind(&device.host_name)
    .bind(&device.os)
    .bind(&device.os_version)
    .bind(&device.user)
    .bind(&device.software)
    .bind(now)
    .bind(now);
    Ok(Endpoint::from(tx.one::<Row>(insert).await?))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::db::on_each_database;

    #[tokio::test]
    async fn a_token_enrols_one_agent_once() {
        on_each_database(async |db| {
            let soon = Moment::now().plus(Duration::from_secs(60));
            db.add_enrolment(b"secret", "reception", soon).await.expect("added");
            let device = Device { os: "Linux".to_owned(), ..Device::default() };
            let first = db.enrol(b"secret", &[1; 32], &device).await.expect("enrolled");
            assert_eq!((first.name.as_str(), first.os.as_str()), ("reception", "Linux"));
            let second = db.enrol(b"secret", &[2; 32], &device).await;
            assert!(matches!(second, Err(EnrolError::NotKnown)), "{second:?}");
            assert_eq!(db.endpoints().await.expect("listed").len(), 1);
            let came = db.endpoint_came(&[1; 32], &device).await.expect("asked").expect("known");
            assert_eq!(came.id, first.id);
            assert!(db.endpoint_came(&[2; 32], &device).await.expect("asked").is_none());
        })
        .await;
    }

    #[tokio::test]
    async fn an_expired_token_is_refused() {
        on_each_database(async |db| {
            db.add_enrolment(b"secret", "reception", Moment::now()).await.expect("added");
            let late = db.enrol(b"secret", &[1; 32], &Device::default()).await;
            assert!(matches!(late, Err(EnrolError::Expired)), "{late:?}");
        })
        .await;
    }

    #[tokio::test]
    async fn a_known_key_keeps_its_endpoint_under_the_new_name() {
        on_each_database(async |db| {
            let soon = Moment::now().plus(Duration::from_secs(60));
            for name in ["old", "new"] {
                db.add_enrolment(name.as_bytes(), name, soon).await.expect("added");
            }
            let old = db.enrol(b"old", &[1; 32], &Device::default()).await.expect("enrolled");
            let new = db.enrol(b"new", &[1; 32], &Device::default()).await.expect("enrolled");
            assert_eq!((old.id, new.name.as_str()), (new.id, "new"));
        })
        .await;
    }
}
