//! OAuth 2 authorizations of connections: tokens as ciphertext, and the lease of whoever asks the provider for others.
//!
//! The rule: one asks at a time ([`claim`]), and tokens are stored by whoever still sees the version that it asked with
//! ([`keep`], [`lose`], [`postpone`]). The lease spares the provider; the version keeps tokens whole.

use std::time::Duration;

use domain::{ConnectionId, Instant};
use serde::{Deserialize, Serialize};

use super::sealed::{self, SealedSecret};
use crate::row::{Row, word};
use crate::sql::Statement;
use crate::{StoreError, SystemRead, SystemTx, sql};

/// An authorization as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// The slot.
    pub slot: String,
    /// Where it stands.
    pub state: AuthorizationState,
    /// Why it is lost.
    pub reason: Option<String>,
    /// Counts the changes of its tokens.
    pub version: i64,
    /// The tokens, encrypted; none before the first.
    pub sealed: Option<SealedSecret>,
    /// From when another access token is asked for; none where nobody knows.
    pub refresh_at: Option<Instant>,
    /// When the access token ends; none where nobody knows.
    pub expires_at: Option<Instant>,
    /// Refreshes without an answer since the last one with.
    pub failures: u32,
    /// Not before then the provider is asked again.
    pub retry_at: Option<Instant>,
    /// Until when somebody asks the provider. One that has passed is left of somebody who never came back.
    pub leased_until: Option<Instant>,
}

/// Where an authorization stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthorizationState {
    /// Nobody has consented yet.
    Pending,
    /// There are tokens, or they can be had.
    Active,
    /// The provider takes none of it any more: somebody has to consent again.
    Lost,
}

/// Which authorization, and what its writer saw of it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Whose.
    pub connection: ConnectionId,
    /// The slot.
    pub slot: &'a str,
    /// The version of its tokens.
    pub version: i64,
}

/// Tokens to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTokens {
    /// The ciphertext.
    pub sealed: SealedSecret,
    /// From when another access token is to be asked for.
    pub refresh_at: Option<Instant>,
    /// When the access token ends.
    pub expires_at: Option<Instant>,
}

sql::statements! {
    RESET = "INSERT INTO authorizations (connection_id, slot, state, version, changed_at) VALUES ($1, $2, $3, 1, $4)
        ON CONFLICT (connection_id, slot) DO UPDATE SET state = excluded.state, reason = NULL,
            version = authorizations.version + 1, sealed = NULL, refresh_at = NULL, expires_at = NULL, failures = 0, retry_at = NULL, lease_owner = NULL,
            lease_until = NULL, changed_at = excluded.changed_at";
    FIND = "SELECT slot, state, reason, version, sealed, key_version, refresh_at, expires_at, failures, retry_at,
            lease_until
        FROM authorizations WHERE connection_id = $1 AND slot = $2";
    LIST = "SELECT slot, state, reason, version, sealed, key_version, refresh_at, expires_at, failures, retry_at,
            lease_until
        FROM authorizations WHERE connection_id = $1 ORDER BY slot";
    /// The wait is asked for here, too: it may have begun after the row was looked at.
    CLAIM = "UPDATE authorizations SET lease_owner = $4, lease_until = $6
        WHERE connection_id = $1 AND slot = $2 AND version = $3 AND (lease_until IS NULL OR lease_until <= $5)
            AND (retry_at IS NULL OR retry_at <= $5)";
    HOLD = "UPDATE authorizations SET lease_owner = $4, lease_until = $6
        WHERE connection_id = $1 AND slot = $2 AND version = $3 AND (lease_until IS NULL OR lease_until <= $5)";
    KEEP = "UPDATE authorizations SET state = 'active', reason = NULL, version = version + 1, sealed = $4,
            refresh_at = $5, expires_at = $6, failures = 0, retry_at = NULL, lease_owner = NULL, lease_until = NULL,
            changed_at = $7, key_version = $8
        WHERE connection_id = $1 AND slot = $2 AND version = $3";
    LOSE = "UPDATE authorizations SET state = 'lost', reason = $4, version = version + 1, sealed = NULL,
            refresh_at = NULL, expires_at = NULL, failures = 0, retry_at = NULL, lease_owner = NULL, lease_until = NULL,
            changed_at = $5
        WHERE connection_id = $1 AND slot = $2 AND version = $3";
    POSTPONE = "UPDATE authorizations SET failures = failures + 1, retry_at = $5, lease_owner = NULL, lease_until = NULL
        WHERE connection_id = $1 AND slot = $2 AND version = $3 AND lease_owner = $4";
}

/// Starts anew: pending a consent, or active where the client can ask for itself. What was there is destroyed.
///
/// # Errors
/// When the database cannot be written.
pub async fn reset(
    tx: &mut SystemTx,
    connection: ConnectionId,
    slot: &str,
    state: AuthorizationState,
    now: Instant,
) -> Result<(), StoreError> {
    sql::query(&RESET)
        .bind(connection)
        .bind(slot.to_owned())
        .bind(word(state)?)
        .bind(now.as_micros())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The authorization of a slot, if there is one.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(
    tx: &mut SystemRead,
    connection: ConnectionId,
    slot: &str,
) -> Result<Option<Authorization>, StoreError> {
    let query = sql::query(&FIND).bind(connection).bind(slot.to_owned());
    query.fetch_optional(tx.conn()).await?.as_ref().map(read).transpose()
}

/// Every authorization of a connection.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut SystemRead, connection: ConnectionId) -> Result<Vec<Authorization>, StoreError> {
    let rows = sql::query(&LIST).bind(connection).fetch_all(tx.conn()).await?;
    rows.iter().map(read).collect()
}

/// Takes the right to ask the provider, for a time; whether it was free, nothing had changed, and no wait was left.
///
/// # Errors
/// When the database cannot be written.
pub async fn claim(
    tx: &mut SystemTx,
    seen: Seen<'_>,
    owner: &str,
    now: Instant,
    duration: Duration,
) -> Result<bool, StoreError> {
    take(&CLAIM, tx, seen, owner, now, duration).await
}

/// The same of whoever means to end it: waits do not count.
///
/// # Errors
/// When the database cannot be written.
pub async fn hold(
    tx: &mut SystemTx,
    seen: Seen<'_>,
    owner: &str,
    now: Instant,
    duration: Duration,
) -> Result<bool, StoreError> {
    take(&HOLD, tx, seen, owner, now, duration).await
}

async fn take(
    statement: &'static Statement,
    tx: &mut SystemTx,
    seen: Seen<'_>,
    owner: &str,
    now: Instant,
    duration: Duration,
) -> Result<bool, StoreError> {
    let done = sql::query(statement)
        .bind(seen.connection)
        .bind(seen.slot.to_owned())
        .bind(seen.version)
        .bind(owner.to_owned())
        .bind(now.as_micros())
        .bind(now.after(duration).as_micros())
        .execute(tx.conn())
        .await?;
    Ok(done > 0)
}

/// Keeps tokens in the place of those that were seen; whether those were still there.
///
/// # Errors
/// When the database cannot be written; [`StoreError::KeyRetired`] when the key that sealed them is not there any more.
pub async fn keep(tx: &mut SystemTx, seen: Seen<'_>, tokens: &NewTokens, now: Instant) -> Result<bool, StoreError> {
    let NewTokens { sealed, refresh_at, expires_at } = tokens;
    sealed::require(tx, seen.connection, sealed).await?;
    let done = sql::query(&KEEP)
        .bind(seen.connection)
        .bind(seen.slot.to_owned())
        .bind(seen.version)
        .bind(sealed.sealed.clone())
        .bind(refresh_at.map(Instant::as_micros))
        .bind(expires_at.map(Instant::as_micros))
        .bind(now.as_micros())
        .bind(sealed.key_version)
        .execute(tx.conn())
        .await?;
    Ok(done > 0)
}

/// Gives up what was seen, and destroys its tokens; whether it was still there.
///
/// # Errors
/// When the database cannot be written.
pub async fn lose(tx: &mut SystemTx, seen: Seen<'_>, reason: &str, now: Instant) -> Result<bool, StoreError> {
    let done = sql::query(&LOSE)
        .bind(seen.connection)
        .bind(seen.slot.to_owned())
        .bind(seen.version)
        .bind(reason.to_owned())
        .bind(now.as_micros())
        .execute(tx.conn())
        .await?;
    Ok(done > 0)
}

/// Gives the right to ask back without an answer, and says when the provider may be asked again.
///
/// # Errors
/// When the database cannot be written.
pub async fn postpone(tx: &mut SystemTx, seen: Seen<'_>, owner: &str, retry_at: Instant) -> Result<(), StoreError> {
    sql::query(&POSTPONE)
        .bind(seen.connection)
        .bind(seen.slot.to_owned())
        .bind(seen.version)
        .bind(owner.to_owned())
        .bind(retry_at.as_micros())
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn read(row: &Row) -> Result<Authorization, StoreError> {
    Ok(Authorization {
        slot: row.cell("slot")?,
        state: row.word("state")?,
        reason: row.cell("reason")?,
        version: row.cell("version")?,
        sealed: sealed::read_optional(row)?,
        refresh_at: row.opt_instant("refresh_at")?,
        expires_at: row.opt_instant("expires_at")?,
        failures: row.cell("failures")?,
        retry_at: row.opt_instant("retry_at")?,
        leased_until: row.opt_instant("lease_until")?,
    })
}

#[cfg(test)]
mod tests;
