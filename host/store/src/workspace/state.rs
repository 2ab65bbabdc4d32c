//! The small key-value store of a connection. What a call wrote is stored with its page (`pages::commit`).

use std::collections::BTreeMap;

use domain::ConnectionId;

use super::marks;
use crate::row::json;
use crate::{StoreError, WorkspaceRead, WorkspaceTx, sql};

sql::statements! {
    LIST = "SELECT key, value FROM @state WHERE connection_id = $1 ORDER BY key";
    CLEAR = "DELETE FROM state WHERE {mine} AND connection_id = $1";
    FILL = "INSERT INTO state ({scope}connection_id, key, value) SELECT {scoped}$1, j.key, j.value FROM {entries $2 AS j}";
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
    let rows = sql::query(&LIST).bind(connection).fetch_all(tx.conn()).await?;
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
    sql::query(&CLEAR).bind(connection).execute(tx.conn()).await?;
    sql::query(&FILL).bind(connection).bind(json(state)?).execute(tx.conn()).await?;
    Ok(())
}
