//! The rows of one workspace: records, how far their streams are, what runs did, and what metrics are read from.
//!
//! To add a kind of record: its table in a new migration, its columns in `records::tables`, its case in
//! `records::batch`, and, where metrics rest on it, its marks in `records::marks` and its facts in `facts`.

pub mod counts;
pub mod deliveries;
pub mod dirty;
pub mod facts;
pub mod faults;
pub mod fences;
pub(crate) mod marks;
pub mod names;
pub mod pages;
pub(crate) mod records;
pub mod rollups;
pub mod runs;
pub mod state;
pub mod streams;
pub mod version;

#[cfg(test)]
use crate::sql::Statement;
use crate::sqlite::Migrations;

/// The numbered files of `migrations/sqlite/workspace/`.
pub(crate) const MIGRATIONS: Migrations = Migrations(&[
    include_str!("../migrations/sqlite/workspace/0001_records.sql"),
    include_str!("../migrations/sqlite/workspace/0002_sync.sql"),
    include_str!("../migrations/sqlite/workspace/0003_rollups.sql"),
    include_str!("../migrations/sqlite/workspace/0004_deliveries.sql"),
    include_str!("../migrations/sqlite/workspace/0005_upgrades.sql"),
    include_str!("../migrations/sqlite/workspace/0006_inspection.sql"),
]);

/// Every statement that runs on a workspace's file.
#[cfg(test)]
pub(crate) fn statements() -> impl Iterator<Item = &'static Statement> {
    [
        dirty::STATEMENTS,
        facts::commits::STATEMENTS,
        facts::pull_requests::STATEMENTS,
        facts::reviews::STATEMENTS,
        facts::work_items::STATEMENTS,
        facts::delivery::STATEMENTS,
        faults::STATEMENTS,
        fences::STATEMENTS,
        marks::STATEMENTS,
        names::STATEMENTS,
        records::marks::STATEMENTS,
        rollups::STATEMENTS,
        rollups::basis::STATEMENTS,
        runs::STATEMENTS,
        state::STATEMENTS,
        streams::STATEMENTS,
        version::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
    .chain(deliveries::statements().copied())
    .chain(records::statements())
}
