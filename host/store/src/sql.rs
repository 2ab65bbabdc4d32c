//! Statements, and how they are run on either engine.
//!
//! Every statement is a constant that a test prepares on both engines. Most have one text; where the engines' SQL
//! differs, the text has a marker, and `dialect` is the one place that says what it means on each. On PostgreSQL, where
//! all workspaces share tables, the markers also bind every row that a statement reads or writes to the workspace of its
//! transaction: that is one wall, and row-level security is the other.

mod dialect;
mod query;
mod row;
mod statement;
mod value;

pub(crate) use query::{Conn, query, scalar};
pub(crate) use row::{Cell, Row};
pub(crate) use statement::{Statement, statements};
pub(crate) use value::Value;

#[cfg(test)]
pub(crate) mod tests;
