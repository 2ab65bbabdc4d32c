//! `weighbridge database migrate`: the schema of a shared database. It needs no configuration: its owner runs it, wherever
//! that is.

use serde::Serialize;
use store::Store;

use super::CommandError;
use crate::cli::Database;
use crate::output::Output;

/// What was done.
#[derive(Serialize)]
struct Migrated<'a> {
    before: i64,
    now: i64,
    role: &'a str,
}

/// Do it.
///
/// # Errors
/// When the database cannot be reached, its schema is newer than this version, or there is no such role.
pub async fn run(command: &Database, output: Output) -> Result<(), CommandError> {
    let Database::Migrate { owner, role } = command;
    let (before, now) = Store::migrate(owner, role).await?;
    output.say(&Migrated { before, now, role }, || {
        if before == now {
            return format!("The database has schema {now} already; `{role}` may use it.");
        }
        format!("The database went from schema {before} to {now}; `{role}` may use it.")
    });
    Ok(())
}
