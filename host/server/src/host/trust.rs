//! The trust policy, as the control database has it, and what it says of an installed package.

use domain::Instant;
use sandbox::trust::{
    Installation, KeyError, PatternError, PublicKey, PublisherKey, Revocation, TrustPolicy, find_expiry,
};
use serde::Serialize;
use store::plugins::Plugin;
use store::{Store, StoreError, trust};

use super::packages::Packages;
use crate::error::{CommandError, in_words};

/// Read it anew: what was revoked a moment ago counts at the next call.
pub(super) async fn policy(store: &Store) -> Result<TrustPolicy, CommandError> {
    let (keys, revoked_keys, revoked_digests, floors, installed) = store
        .system_read("read whom to trust", async |tx| {
            let keys = trust::list_keys(tx).await?;
            let revoked = (trust::list_revoked_keys(tx).await?, trust::list_revoked_digests(tx).await?);
            let floors = trust::list_floors(tx).await?;
            Ok::<_, StoreError>((keys, revoked.0, revoked.1, floors, store::plugins::list_highest(tx).await?))
        })
        .await?;
    let id = |text: String| text.parse().map_err(|error: KeyError| unreadable(&text, &in_words(&error)));
    let keyed = |(key, one): (String, trust::Revocation)| Ok::<_, CommandError>((id(key)?, revocation(one)));
    Ok(TrustPolicy {
        keys: keys.iter().map(key).collect::<Result<_, _>>()?,
        revoked_keys: revoked_keys.into_iter().map(keyed).collect::<Result<_, _>>()?,
        revoked_digests: revoked_digests.into_iter().map(|(digest, one)| (digest, revocation(one))).collect(),
        floors: floors.into_iter().collect(),
        installed: installed.into_iter().collect(),
    })
}

/// Whether what was installed may still run.
pub(super) fn permitted(policy: &TrustPolicy, plugin: &Plugin) -> Result<(), CommandError> {
    let Plugin { id, sequence, digest, signer, installed_at, .. } = plugin;
    let signer = signer.parse().map_err(|error: KeyError| unreadable(signer, &in_words(&error)))?;
    let installation = Installation { plugin: id, sequence: *sequence, digest: *digest, signer, at: *installed_at };
    Ok(policy.permits(&installation)?)
}

/// How far an installed package is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "standing", content = "because", rename_all = "lowercase")]
pub enum Standing {
    /// It runs.
    Trusted,
    /// It runs, and its publisher owes a release.
    Ageing(String),
    /// It does not run.
    Refused(String),
}

impl Standing {
    /// What there is to say.
    #[must_use]
    pub fn because(&self) -> Option<&str> {
        match self {
            Self::Trusted => None,
            Self::Ageing(because) | Self::Refused(because) => Some(because),
        }
    }
}

/// An end of the signature or of its key stops nothing that runs, but nothing can be installed by it again.
pub(super) fn standing(policy: &TrustPolicy, packages: &Packages, plugin: &Plugin, now: Instant) -> Standing {
    if let Err(error) = permitted(policy, plugin) {
        return Standing::Refused(in_words(&error));
    }
    let expired = packages.read_envelope(plugin.digest).and_then(|envelope| find_expiry(&envelope));
    if let Some(at) = expired.filter(|at| now >= *at) {
        return Standing::Ageing(format!("its signature expired at {at}: it runs on, and cannot be installed again"));
    }
    let key = policy.keys.iter().find(|key| key.id().to_string() == plugin.signer);
    match key.and_then(|key| key.not_after).filter(|at| now >= *at) {
        Some(at) => Standing::Ageing(format!(
            "the key that signed it ended at {at}: it runs on, and cannot be installed again by that key"
        )),
        None => Standing::Trusted,
    }
}

fn key(row: &trust::PublisherKey) -> Result<PublisherKey, CommandError> {
    let trust::PublisherKey { id, name, public_key, patterns, valid_from, valid_until, .. } = row;
    let pem = String::from_utf8(public_key.clone()).map_err(|error| unreadable(id, &in_words(&error)))?;
    let plugins = patterns.iter().map(|pattern| pattern.parse()).collect::<Result<Vec<_>, PatternError>>();
    Ok(PublisherKey {
        // A key of an earlier version has no name.
        name: if name.is_empty() { patterns.join(", ") } else { name.clone() },
        public_key: PublicKey::from_pem(&pem).map_err(|error| unreadable(id, &in_words(&error)))?,
        plugins: plugins.map_err(|error| unreadable(id, &in_words(&error)))?,
        not_before: *valid_from,
        not_after: *valid_until,
    })
}

fn revocation(row: trust::Revocation) -> Revocation {
    let trust::Revocation { reason, at } = row;
    Revocation { at, reason }
}

fn unreadable(key: &str, problem: &str) -> CommandError {
    CommandError::failed(format!("the stored key {key} cannot be read: {problem}"))
}
