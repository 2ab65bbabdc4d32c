//! The trust policy, as the control database has it.

use sandbox::trust::{PluginPattern, PublicKey, PublisherKey, TrustPolicy};
use store::{Store, StoreError};

use crate::error::CommandError;

/// Read it anew: what was revoked a moment ago counts at the next call.
pub(super) async fn policy(store: &Store) -> Result<TrustPolicy, CommandError> {
    let (keys, revoked, floors) = store
        .system_read("read whom to trust", async |tx| {
            let keys = store::trust::list_keys(tx).await?;
            let revoked = store::trust::list_revoked(tx).await?;
            Ok::<_, StoreError>((keys, revoked, store::trust::list_floors(tx).await?))
        })
        .await?;
    Ok(TrustPolicy {
        keys: keys.iter().map(key).collect::<Result<_, _>>()?,
        revoked_digests: revoked.into_iter().map(|(digest, _)| digest).collect(),
        floors: floors.into_iter().collect(),
    })
}

fn key(row: &store::trust::PublisherKey) -> Result<PublisherKey, CommandError> {
    let unreadable =
        |problem: String| CommandError::failed(format!("the stored key {} cannot be read: {problem}", row.id));
    let pem = String::from_utf8(row.public_key.clone()).map_err(|error| unreadable(error.to_string()))?;
    let parse = |pattern: &String| pattern.parse::<PluginPattern>();
    Ok(PublisherKey {
        name: row.patterns.join(", "),
        public_key: PublicKey::from_pem(&pem).map_err(|error| unreadable(error.to_string()))?,
        plugins: row
            .patterns
            .iter()
            .map(parse)
            .collect::<Result<_, _>>()
            .map_err(|error| unreadable(error.to_string()))?,
        not_before: row.valid_from,
        not_after: row.valid_until,
        revoked_at: row.revoked_at,
    })
}
