//! Every statement is prepared on both engines, and says what it takes from whom.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use sqlx::{Executor as _, SqlSafeStr as _};

use super::dialect::Scoped;
use super::{Conn, Statement, dialect};
use crate::testing::{Bench, also_on_postgres, tables};
use crate::{StoreError, control, postgres, workspace};

thread_local! {
    static BOUND: Cell<bool> = const { Cell::new(true) };
    static RAN: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
}

/// From here on statements of this thread are not bound to workspaces on PostgreSQL.
pub(crate) fn unbind() {
    BOUND.set(false);
}

/// The names of the statements that this thread ran on PostgreSQL.
pub(crate) fn ran() -> BTreeSet<&'static str> {
    RAN.with_borrow(Clone::clone)
}

pub(super) fn unbound(statement: &'static Statement) -> Option<Scoped> {
    RAN.with_borrow_mut(|ran| ran.insert(statement.name()));
    (!BOUND.get()).then(|| dialect::unbound_postgres(statement.template()))
}

#[tokio::test]
async fn every_statement_prepares() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let mut failed = Vec::new();
    for statement in control::statements() {
        let prepare = async |tx: &mut crate::SystemRead| Ok(prepare(tx.conn(), statement).await);
        failed.extend(bench.store.system_read("prepare", prepare).await?);
    }
    for statement in workspace::statements().chain(postgres::statements()) {
        let prepare = async |tx: &mut crate::WorkspaceRead| Ok(prepare(tx.conn(), statement).await);
        failed.extend(bench.store.workspace_read(bench.workspace, "prepare", prepare).await?);
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(control::statements().count() > 40 && workspace::statements().count() > 90);
    Ok(())
}

/// What the engine has against a statement. On PostgreSQL a transaction is over then.
async fn prepare(conn: &mut Conn, statement: &'static Statement) -> Option<String> {
    let prepared = match conn {
        Conn::Sqlite(_) if statement.name().contains("::postgres::") => return None,
        Conn::Sqlite(tx) => tx.prepare(statement.sqlite().into_sql_str()).await.map(drop),
        Conn::Postgres { tx, scope: _ } => tx.prepare(statement.postgres().text.into_sql_str()).await.map(drop),
    };
    prepared.err().map(|error| format!("{}: {error}", statement.name()))
}

also_on_postgres!(every_statement_prepares);

/// A table of a workspace, wherever a statement names one, is bound to the workspace of the transaction.
#[test]
fn every_statement_on_a_workspaces_rows_is_bound_to_it() {
    let tables = tables(workspace::MIGRATIONS.texts());
    let mut bound = 0;
    for statement in workspace::statements() {
        let text = statement.postgres().text.split_whitespace().collect::<Vec<_>>().join(" ");
        let words: Vec<&str> = text.split(|c: char| !(c.is_alphanumeric() || "_@".contains(c))).collect();
        for pair in words.windows(2) {
            let ["FROM" | "JOIN" | "UPDATE" | "INTO", table] = pair else { continue };
            if !tables.contains(*table) {
                continue;
            }
            let bound_here = match pair[0] {
                "INTO" => text.contains(&format!("INTO {table} (workspace_id, ")),
                "UPDATE" => text.contains("WHERE workspace_id = $"),
                _ => {
                    let as_source = format!("(SELECT * FROM {table} WHERE workspace_id = $");
                    let deleted = format!("DELETE FROM {table} WHERE workspace_id = $");
                    text.matches(&format!("{} {table}", pair[0])).count()
                        == text.matches(&as_source).count() + text.matches(&deleted).count()
                }
            };
            assert!(bound_here, "{}: {table} in {text}", statement.name());
            assert!(statement.postgres().is_scoped, "{}", statement.name());
            bound += 1;
        }
    }
    assert!(bound > 100, "{bound}");
}

#[test]
fn no_statement_is_written_where_it_is_run() {
    fn look(folder: &Path, seen: &mut u32) {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                look(&entry, seen);
                continue;
            }
            if entry.ends_with("sql/tests.rs") {
                continue;
            }
            let text = fs::read_to_string(&entry).expect("a source file");
            let production = text.split("#[cfg(test)]\nmod").next().unwrap_or_default();
            for call in ["query", "scalar", "query_scalar", "raw_sql"] {
                let inline = format!("{call}(\"");
                assert!(!production.contains(&inline), "{} runs a literal", entry.display());
            }
            *seen += 1;
        }
    }
    let mut seen = 0;
    look(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut seen);
    assert!(seen > 20);
}

#[test]
fn every_column_says_what_it_holds() {
    for text in control::MIGRATIONS.texts().chain(workspace::MIGRATIONS.texts()).chain(postgres::texts()) {
        let columns = text.lines().filter(|line| {
            let mut words = line.split_whitespace().skip(1);
            let types = ["BLOB", "INTEGER", "REAL", "TEXT", "BIGINT", "BYTEA", "UUID", "BOOLEAN", "DOUBLE"];
            line.starts_with("    ") && words.next().is_some_and(|word| types.contains(&word.trim_end_matches(',')))
        });
        for line in columns {
            assert!(line.contains("-- "), "no comment: {line}");
        }
    }
}
