//! How many records there are.

use domain::RecordKind;

use super::records::table;
use crate::{StoreError, WorkspaceRead, sql};

/// The records of each stored kind that are not deleted.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_records(tx: &mut WorkspaceRead) -> Result<Vec<(RecordKind, u64)>, StoreError> {
    let mut counts = Vec::new();
    for kind in RecordKind::ALL {
        if let Some(table) = table(*kind) {
            let count: i64 = sql::scalar(&table.count).fetch_one(tx.conn()).await?;
            counts.push((*kind, u64::try_from(count).unwrap_or(0)));
        }
    }
    Ok(counts)
}
