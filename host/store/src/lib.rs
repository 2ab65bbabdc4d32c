//! Everything that is kept: the only crate that knows sqlx.
//!
//! A [`Store`] is a directory with one control database and one data file per workspace, or a PostgreSQL database that
//! hosts share; no statement can reach another workspace in either. Rows are reached through transactions alone, and a
//! transaction exists only inside a named closure: [`SystemTx`] is the only way to the control tables, [`WorkspaceTx`]
//! the only way to a workspace's rows. Their read-only halves, [`SystemRead`] and [`WorkspaceRead`], are what reading
//! functions ask for, so that the compiler refuses a write in a read-only transaction.
//!
//! ```no_run
//! # use weighbridge_store as store;
//! # async fn example() -> Result<(), store::StoreError> {
//! let store = store::Store::open("data".as_ref()).await?;
//! let all = store.system_read("list the workspaces", async |tx| store::workspaces::list(tx).await).await?;
//! # Ok(()) }
//! ```
//!
//! To add an aggregate: a table in a new numbered file of `migrations/` for each engine, each column with a comment that
//! says what it holds and how long; a module with the types, the statements (all of them in `sql::statements!`, so that
//! the test that prepares every statement on both engines sees them) and the functions; its name in the list of `control`
//! or `workspace`; its tests in `also_on_postgres!`.

#![forbid(unsafe_code)]

mod control;
pub mod copies;
mod error;
mod postgres;
mod row;
mod scope;
mod sql;
mod sqlite;
mod store;
#[cfg(test)]
mod testing;
mod workspace;

pub use control::{
    audit, authorizations, budgets, changes, connections, credentials, keys, meta, offers, packages, plugins, purge,
    restored, sealed, tokens, trust, workspaces,
};
pub use error::StoreError;
pub use scope::{SystemRead, SystemTx, WorkspaceRead, WorkspaceTx};
pub use store::Store;
pub use workspace::{
    counts, deliveries, dirty, facts, faults, fences, names, pages, rollups, runs, state, streams, version,
};
