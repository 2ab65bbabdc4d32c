//! API tokens. The secret itself is never here: only its hash, and a prefix by which people know it.

use domain::{Instant, TokenId, WorkspaceId};

use crate::row::{Row, json};
use crate::{StoreError, SystemRead, SystemTx, sql};

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// The one workspace that it opens.
    pub workspace: WorkspaceId,
    /// The hash of its secret.
    pub hash: Vec<u8>,
    /// Its first characters, for people.
    pub prefix: String,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Instant,
    /// From when it opens nothing.
    pub expires_at: Option<Instant>,
    /// When it was last used.
    pub last_used_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

impl Token {
    /// Whether it opens anything at this instant.
    #[must_use]
    pub fn is_live(&self, now: Instant) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|expires| now < expires)
    }
}

sql::statements! {
    INSERT = "INSERT INTO tokens (id, workspace_id, hash, prefix, name, scopes, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    FIND = "SELECT id, workspace_id, hash, prefix, name, scopes, created_at, expires_at, last_used_at, revoked_at
        FROM tokens WHERE hash = $1";
    LIST = "SELECT id, workspace_id, hash, prefix, name, scopes, created_at, expires_at, last_used_at, revoked_at
        FROM tokens WHERE workspace_id = $1 ORDER BY id";
    REVOKE = "UPDATE tokens SET revoked_at = COALESCE(revoked_at, $3) WHERE workspace_id = $1 AND id = $2";
    TOUCH = "UPDATE tokens SET last_used_at = $2
        WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $2 - 60000000)";
}

/// Writes a new token; `last_used_at` and `revoked_at` begin empty.
///
/// # Errors
/// [`StoreError::Exists`] when the hash is known.
pub async fn insert(tx: &mut SystemTx, token: &Token) -> Result<(), StoreError> {
    let Token { id, workspace, hash, prefix, name, scopes, created_at, expires_at, last_used_at: _, revoked_at: _ } =
        token;
    sql::query(&INSERT)
        .bind(id)
        .bind(workspace)
        .bind(hash.clone())
        .bind(prefix.clone())
        .bind(name.clone())
        .bind(json(scopes)?)
        .bind(created_at.as_micros())
        .bind(expires_at.map(Instant::as_micros))
        .execute(tx.conn())
        .await
        .map_err(StoreError::exists("token", prefix))?;
    Ok(())
}

/// The token whose secret has this hash, live or not: see [`Token::is_live`].
///
/// # Errors
/// When the database cannot be read.
pub async fn find_by_hash(tx: &mut SystemRead, hash: &[u8]) -> Result<Option<Token>, StoreError> {
    let row = sql::query(&FIND).bind(hash.to_vec()).fetch_optional(tx.conn()).await?;
    row.as_ref().map(read).transpose()
}

/// A workspace's tokens, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut SystemRead, workspace: WorkspaceId) -> Result<Vec<Token>, StoreError> {
    let rows = sql::query(&LIST).bind(workspace).fetch_all(tx.conn()).await?;
    rows.iter().map(read).collect()
}

/// Revokes a token of this workspace; one that is revoked stays so since the first time.
///
/// # Errors
/// [`StoreError::Missing`] when the workspace has no such token.
pub async fn revoke(tx: &mut SystemTx, workspace: WorkspaceId, id: TokenId, now: Instant) -> Result<(), StoreError> {
    let done = sql::query(&REVOKE).bind(workspace).bind(id).bind(now.as_micros()).execute(tx.conn()).await?;
    if done == 0 { Err(StoreError::missing("token", &id)) } else { Ok(()) }
}

/// Notes that a token was used; at most once a minute, so that reading does not write.
///
/// # Errors
/// When the database cannot be written.
pub async fn touch(tx: &mut SystemTx, id: TokenId, now: Instant) -> Result<(), StoreError> {
    sql::query(&TOUCH).bind(id).bind(now.as_micros()).execute(tx.conn()).await?;
    Ok(())
}

fn read(row: &Row) -> Result<Token, StoreError> {
    Ok(Token {
        id: row.id("id")?,
        workspace: row.id("workspace_id")?,
        hash: row.cell("hash")?,
        prefix: row.cell("prefix")?,
        name: row.cell("name")?,
        scopes: row.json("scopes")?,
        created_at: row.instant("created_at")?,
        expires_at: row.opt_instant("expires_at")?,
        last_used_at: row.opt_instant("last_used_at")?,
        revoked_at: row.opt_instant("revoked_at")?,
    })
}
