//! The small key-value store of a connection. What a call wrote is stored with its page (`pages::commit`).

use std::collections::BTreeMap;

use domain::ConnectionId;

use super::marks;
use crate::row::{Cells, json};
use crate::{StoreError, WorkspaceRead, WorkspaceTx, sql};

sql::statements! {
    LIST = "SELECT key, value FROM state WHERE connection_id = $1 ORDER BY key";
    CLEAR = "DELETE FROM state WHERE connection_id = $1";
    FILL = "INSERT INTO state (connection_id, key, value) SELECT $1, j.key, j.value FROM json_each($2) AS j";
}

/// All of a connection's state, as the release of this sequence may read it: never what a later one wrote.
///
/// # Errors
/// When the database cannot be read.
pub async fn get(
    tx: &mut WorkspaceRead,
    connection: ConnectionId,
    sequence: u64,
) -> Result<BTreeMap<String, String>, StoreError> {
    match marks::state(tx, connection, sequence).await? {
        Some(own) => Ok(own),
        None => all(tx, connection).await,
    }
}

async fn all(tx: &mut WorkspaceRead, connection: ConnectionId) -> Result<BTreeMap<String, String>, StoreError> {
    let rows = sqlx::query(LIST).bind(connection.as_bytes().to_vec()).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| Ok((row.cell("key")?, row.cell("value")?))).collect()
}

/// Puts the state of the release of this sequence in place of the old one.
pub(crate) async fn replace(
    tx: &mut WorkspaceTx,
    connection: ConnectionId,
    state: &BTreeMap<String, String>,
    sequence: u64,
) -> Result<(), StoreError> {
    if marks::state_writer(tx, connection).await? != sequence {
        let before = all(tx, connection).await?;
        marks::take_state(tx, connection, &before, sequence).await?;
    }
    sqlx::query(CLEAR).bind(connection.as_bytes().to_vec()).execute(tx.conn()).await?;
    sqlx::query(FILL).bind(connection.as_bytes().to_vec()).bind(json(state)?).execute(tx.conn()).await?;
    Ok(())
}
