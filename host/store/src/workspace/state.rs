//! The small key-value store of a connection. What a call wrote is stored with its page (`pages::commit`).

use std::borrow::Cow;
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
    rows.iter().map(|row| Ok((plain(row.cell("key")?), plain(row.cell("value")?)))).collect()
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
    let stored: BTreeMap<_, _> = state.iter().map(|(key, value)| (storable(key), storable(value))).collect();
    sql::query(&FILL).bind(connection).bind(json(&stored)?).execute(tx.conn()).await?;
    Ok(())
}

/// What a text is stored as. PostgreSQL has no NUL in its texts, and plugins may have one in theirs: it is written as two
/// characters that begin with U+0001, and so is U+0001 itself.
fn storable(text: &str) -> Cow<'_, str> {
    if text.contains(['\0', '\u{1}']) {
        Cow::Owned(text.replace('\u{1}', "\u{1}1").replace('\0', "\u{1}0"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text that was stored so.
fn plain(stored: String) -> String {
    if stored.contains('\u{1}') { stored.replace("\u{1}0", "\0").replace("\u{1}1", "\u{1}") } else { stored }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Bench, also_on_postgres};

    #[tokio::test]
    async fn whatever_text_a_plugin_keeps_comes_back() -> Result<(), StoreError> {
        let bench = Bench::new().await;
        let odd = ["", "\0", "\u{1}", "\u{1}0", "\u{1}\0\u{1}1", "a\0b", "\u{1f680}\"\\\n"];
        let kept: BTreeMap<_, _> = odd.iter().map(|text| (format!("key {text}"), (*text).to_owned())).collect();
        let keep = async |tx: &mut WorkspaceTx| {
            replace(tx, bench.connection, &kept, 1).await?;
            let same = get(tx, bench.connection, 1).await?;
            // A later release leaves the mark of this one behind.
            replace(tx, bench.connection, &BTreeMap::new(), 2).await?;
            Ok([same, get(tx, bench.connection, 1).await?])
        };
        let found = bench.store.workspace(bench.workspace, "keep", keep).await?;
        assert_eq!(found, [kept.clone(), kept]);
        Ok(())
    }

    also_on_postgres!(whatever_text_a_plugin_keeps_comes_back);
}
