//! Who a host comes in as: a role that can read and write rows, and nothing else.

use sqlx::Row as _;
use sqlx::postgres::PgPool;

use crate::StoreError;

const ROLE: &str = "SELECT current_user::text AS name, rolsuper OR rolbypassrls AS above,
        EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = 'weighbridge'::regnamespace
            AND pg_has_role(current_user, relowner, 'USAGE')) AS owner
    FROM pg_roles WHERE rolname = current_user";

/// Refuses a role that row-level security does not bind, or that could lift it.
pub(super) async fn check(pool: &PgPool) -> Result<(), StoreError> {
    let row = sqlx::query(ROLE).fetch_one(pool).await?;
    let (name, above, owner): (String, bool, bool) =
        (row.try_get("name")?, row.try_get("above")?, row.try_get("owner")?);
    let reason = match (above, owner) {
        (true, _) => "it is a superuser or has BYPASSRLS",
        (false, true) => "it owns tables of the schema `weighbridge`",
        (false, false) => return Ok(()),
    };
    Err(StoreError::PowerfulRole { role: name, reason })
}
