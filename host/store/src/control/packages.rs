//! Packages themselves, for the hosts that share a database.

use domain::{Digest, Instant};

use crate::{StoreError, SystemRead, SystemTx, sql};

sql::statements! {
    PUT = "INSERT INTO packages (digest, bytes, envelope, kept_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (digest) DO UPDATE SET bytes = excluded.bytes, envelope = excluded.envelope,
            kept_at = excluded.kept_at";
    FIND = "SELECT bytes, envelope FROM packages WHERE digest = $1";
}

/// A package and the envelope beside it. They are as unverified as any bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The package.
    pub bytes: Vec<u8>,
    /// Its signature.
    pub envelope: Vec<u8>,
}

/// Keeps a package; one of the same digest is given a new envelope.
///
/// # Errors
/// When the database cannot be written.
pub async fn put(tx: &mut SystemTx, digest: Digest, package: &Stored, now: Instant) -> Result<(), StoreError> {
    let Stored { bytes, envelope } = package;
    let query = sql::query(&PUT).bind(digest).bind(bytes.as_slice()).bind(envelope.as_slice());
    query.bind(now.as_micros()).execute(tx.conn()).await?;
    Ok(())
}

/// The package of this digest, where it was kept.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(tx: &mut SystemRead, digest: Digest) -> Result<Option<Stored>, StoreError> {
    let row = sql::query(&FIND).bind(digest).fetch_optional(tx.conn()).await?;
    row.map(|row| Ok(Stored { bytes: row.cell("bytes")?, envelope: row.cell("envelope")? })).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Bench, also_on_postgres, noon};

    #[tokio::test]
    async fn a_package_is_found_by_its_digest_with_its_newest_envelope() -> Result<(), StoreError> {
        let bench = Bench::new().await;
        let digest = Digest::from_bytes([1; 32]);
        let package = |envelope: u8| Stored { bytes: vec![0, 255, 7], envelope: vec![envelope] };
        let keep = async |tx: &mut SystemTx| {
            put(tx, digest, &package(1), noon(1)).await?;
            put(tx, digest, &package(2), noon(2)).await?;
            Ok([find(tx, digest).await?, find(tx, Digest::from_bytes([2; 32])).await?])
        };
        assert_eq!(bench.store.system("keep", keep).await?, [Some(package(2)), None]);
        Ok(())
    }

    also_on_postgres!(a_package_is_found_by_its_digest_with_its_newest_envelope);
}
