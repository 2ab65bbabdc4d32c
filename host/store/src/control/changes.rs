//! One number that goes up with every change of what may run: trust, packages, and the state of connections. Triggers of
//! the schema count, so a run under way finds out by one cheap read whether it has to ask anything again.

use crate::{StoreError, SystemRead, sql};

sql::statements! {
    NUMBER = "SELECT number FROM changes";
}

/// How many changes there were.
///
/// # Errors
/// When the database cannot be read.
pub async fn number(tx: &mut SystemRead) -> Result<i64, StoreError> {
    Ok(sql::scalar(&NUMBER).fetch_one(tx.conn()).await?)
}
