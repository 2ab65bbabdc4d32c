//! The schema in a database that hosts share. Its owner brings it up to date, and no host does: hosts have no right to.
//!
//! Migrations expand first and contract later, so that hosts of the version before go on while those of the next one
//! start. A host therefore runs on any schema from its own on, up to the one that says it is too old ([`OLDEST`]).

use sqlx::postgres::PgPool;
use sqlx::{PgConnection, Row as _};

use crate::StoreError;

/// The numbered files of `migrations/postgres/`, each with the oldest number that a host may know to run on it.
const MIGRATIONS: &[(&str, i64)] = &[
    (include_str!("../../migrations/postgres/0001_tables.sql"), 1),
    (include_str!("../../migrations/postgres/0002_key_versions.sql"), 1),
];

const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('weighbridge.schema', 0))";
const PREPARE: &str = "CREATE SCHEMA IF NOT EXISTS weighbridge;
    SET LOCAL search_path TO weighbridge;
    CREATE TABLE IF NOT EXISTS schema_version (
        version BIGINT NOT NULL, -- the newest migration that was applied; kept as long as the database
        oldest BIGINT NOT NULL -- the lowest number that a host has to know to run on it; kept as long as the database
    )";
const EXISTS: &str = "SELECT to_regclass('weighbridge.schema_version') IS NOT NULL AS found";
const FIND: &str = "SELECT version, oldest FROM weighbridge.schema_version";
const FORGET: &str = "DELETE FROM weighbridge.schema_version";
const NOTE: &str = "INSERT INTO weighbridge.schema_version (version, oldest) VALUES ($1, $2)";
const ROLE_EXISTS: &str = "SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1) AS found";
/// What a host may do. Formatted by the engine, so that no name can be more than a name.
const GRANT: &str = "SELECT format('GRANT USAGE ON SCHEMA weighbridge TO %1$I;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA weighbridge TO %1$I;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA weighbridge TO %1$I;
    REVOKE INSERT, UPDATE, DELETE ON weighbridge.schema_version FROM %1$I', $1::text) AS text";

/// Brings the schema up to date as its owner, and lets `role` use it: from which number to which.
///
/// # Errors
/// When the database cannot be reached, its schema is newer than this version, or there is no such role.
pub(crate) async fn migrate(owner_url: &str, role: &str) -> Result<(i64, i64), StoreError> {
    let pool = super::pool(owner_url, 1).await?;
    let mut tx = pool.begin().await?;
    sqlx::query(LOCK).execute(&mut *tx).await?;
    sqlx::raw_sql(PREPARE).execute(&mut *tx).await?;
    if !sqlx::query(ROLE_EXISTS).bind(role).fetch_one(&mut *tx).await?.try_get::<bool, _>("found")? {
        return Err(StoreError::missing("role of the database", role));
    }
    let (found, _) = find(&mut tx).await?.unwrap_or((0, 0));
    let known = newest();
    if found > known {
        return Err(StoreError::NewerDatabase { found, known });
    }
    for (text, _) in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        sqlx::raw_sql(*text).execute(&mut *tx).await?;
    }
    let oldest = MIGRATIONS.last().map_or(0, |(_, oldest)| *oldest);
    sqlx::query(FORGET).execute(&mut *tx).await?;
    sqlx::query(NOTE).bind(known).bind(oldest).execute(&mut *tx).await?;
    let grants: String = sqlx::query(GRANT).bind(role).fetch_one(&mut *tx).await?.try_get("text")?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(grants)).execute(&mut *tx).await?;
    tx.commit().await?;
    pool.close().await;
    Ok((found, known))
}

/// Refuses a schema that this version cannot run on.
pub(super) async fn check(pool: &PgPool) -> Result<(), StoreError> {
    let mut conn = pool.acquire().await?;
    let exists: bool = sqlx::query(EXISTS).fetch_one(&mut *conn).await?.try_get("found")?;
    let found = if exists { find(&mut conn).await? } else { None };
    let known = newest();
    match found {
        None => Err(StoreError::OlderDatabase { found: 0, known }),
        Some((found, _)) if found < known => Err(StoreError::OlderDatabase { found, known }),
        Some((found, oldest)) if oldest > known => Err(StoreError::NewerDatabase { found, known }),
        Some(_) => Ok(()),
    }
}

async fn find(conn: &mut PgConnection) -> Result<Option<(i64, i64)>, StoreError> {
    let row = sqlx::query(FIND).fetch_optional(conn).await?;
    row.map(|row| Ok((row.try_get("version")?, row.try_get("oldest")?))).transpose()
}

#[cfg(test)]
pub(crate) fn texts() -> impl Iterator<Item = &'static str> {
    MIGRATIONS.iter().map(|(text, _)| *text)
}

fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}
