//! Which formulas, and whose days, the buckets follow.
//!
//! Beside the buckets stands the version of the basis that each family was computed on. Where a host has another one, its
//! adoption marks every day of the family dirty in the transaction that notes it, so that no bucket of an old formula is
//! left without a mark.

use std::collections::BTreeMap;

use domain::rollup::Family;

use super::{epoch, raise};
use crate::row::word;
use crate::workspace::records::marks;
use crate::{StoreError, WorkspaceRead, WorkspaceTx, sql, version};

/// Versions of the families' bases. The store does not read them: it compares.
pub type Basis = BTreeMap<Family, String>;

sql::statements! {
    NOTED = "SELECT family, version FROM @rollup_basis";
    NOTE = "INSERT INTO rollup_basis ({scope}family, version) VALUES ({scoped}$1, $2)
        ON CONFLICT ({scope}family) DO UPDATE SET version = excluded.version";
}

/// What the buckets of this state of the rows follow, or will when no day is dirty. Empty at first.
///
/// # Errors
/// When the database cannot be read.
pub async fn noted(tx: &mut WorkspaceRead) -> Result<Basis, StoreError> {
    let rows = sql::query(&NOTED).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| Ok((row.word("family")?, row.cell("version")?))).collect()
}

/// Notes a basis, and marks all days of the families that stood on another: those with records, and those with buckets of
/// the metrics that `metrics` says are the family's. Roll-ups that are under way write nothing any more.
///
/// # Errors
/// When the database cannot be written.
pub async fn adopt(
    tx: &mut WorkspaceTx,
    basis: &Basis,
    metrics: fn(Family) -> Vec<&'static str>,
) -> Result<(), StoreError> {
    let noted = noted(tx).await?;
    let now = epoch(tx).await?;
    raise(tx, now).await?;
    let marked = version::raise(tx).await?;
    for (family, version) in basis.iter().filter(|(family, version)| noted.get(*family) != Some(*version)) {
        marks::mark_family(tx, *family, &metrics(*family), marked).await?;
        sql::query(&NOTE).bind(word(family)?).bind(version.clone()).execute(tx.conn()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
