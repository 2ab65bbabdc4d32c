//! Taking tokens back at the provider (RFC 7009), when a connection is removed.
//!
//! The rule: nobody asks for other tokens meanwhile, so that those that are taken back are the last; and a provider that
//! cannot be reached keeps nothing from being removed here.

use std::time::{Duration, Instant as Clock};

use domain::Instant;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use store::authorizations;

use super::account::{Account, Found};
use super::provider::PATIENCE;
use super::tokens::Tokens;
use crate::error::{CommandError, in_words};

/// What became of tokens at their provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome", content = "reason")]
pub enum Revocation {
    /// There were none.
    Nothing,
    /// The provider took them back.
    Revoked,
    /// The provider names no place for it: they live until they end by themselves.
    NotOffered,
    /// It could not be done, for this reason: they live until they end by themselves.
    Failed(String),
}

impl Account {
    /// Take its tokens back. However that ends, it is the answer.
    pub async fn revoke(&self) -> Revocation {
        self.try_revoke().await.unwrap_or_else(|error| Revocation::Failed(in_words(&error)))
    }

    async fn try_revoke(&self) -> Result<Revocation, CommandError> {
        let Some(Found { row: _, tokens: Some(tokens) }) = self.hold().await? else { return Ok(Revocation::Nothing) };
        let Some(url) = &self.oauth.revocation_url else { return Ok(Revocation::NotOffered) };
        let client = self.client().await?;
        let provider = self.provider(&client);
        let Tokens { access, refresh } = &tokens;
        let failed = |error: &dyn std::error::Error| Ok(Revocation::Failed(in_words(error)));
        // The refresh token first: with it goes, at most providers, whatever was had with it.
        let first = match refresh {
            Some(refresh) => provider.revoke(url, refresh.expose_secret(), "refresh_token").await,
            None => Ok(()),
        };
        if let Err(error) = first {
            return failed(&error);
        }
        match provider.revoke(url, access.expose_secret(), "access_token").await {
            Err(error) if refresh.is_none() => failed(&error),
            // Not every provider knows how to take an access token back; it ends soon, and no other follows.
            _ => Ok(Revocation::Revoked),
        }
    }

    /// What is stored, once nobody asks for anything else: the right to ask is ours, and never given back.
    async fn hold(&self) -> Result<Option<Found>, CommandError> {
        let (clock, owner) = (Clock::now(), uuid::Uuid::now_v7().to_string());
        loop {
            let Some(found) = self.find().await? else { return Ok(None) };
            let claimed = self.host.store.system("hold an authorization", async |tx| {
                authorizations::hold(tx, self.seen(found.row.version), &owner, Instant::now(), PATIENCE * 4).await
            });
            if claimed.await? || clock.elapsed() > PATIENCE + Duration::from_secs(5) {
                return Ok(Some(found));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
