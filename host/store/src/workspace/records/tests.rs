use std::time::Instant as Clock;

use domain::{Record, RecordKind};
use serde_json::Value;

use super::{batch::Batches, table};
use crate::row::Row;
use crate::testing::{Bench, also_on_postgres, commit, every_kind, noon, statement};
use crate::{StoreError, WorkspaceRead, facts, sql};

/// A cell in the terms of JSON: texts that hold lists and objects as those.
fn cell(row: &Row, column: &str) -> Value {
    let text = row.cell::<Option<String>>(column).map(|text| match text {
        Some(text) if text.starts_with(['[', '{']) => serde_json::from_str(&text).expect("JSON"),
        text => text.into(),
    });
    let number = || row.cell::<Option<i64>>(column).map(Value::from);
    let flag = || row.cell::<Option<bool>>(column).map(|flag| flag.map(i64::from).into());
    let real = || row.cell::<Option<f64>>(column).map(Value::from);
    text.or_else(|_| number()).or_else(|_| flag()).or_else(|_| real()).expect("a value")
}

/// What the record says at a column's path, with flags as the numbers that they are stored as.
fn said(record: &Value, path: &str) -> Value {
    let found = match path.strip_prefix("$.") {
        Some(path) => path.split('.').fold(record, |value, step| &value[step]),
        None => &record[path],
    };
    match found {
        Value::Bool(flag) => i64::from(*flag).into(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn every_field_of_every_kind_is_stored() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let records = every_kind("one");
    let stored: Vec<_> = RecordKind::ALL.iter().copied().filter(|kind| kind.is_stored()).collect();
    assert_eq!(records.iter().map(Record::kind).collect::<Vec<_>>(), stored, "a record of each kind");
    bench.bring(records.clone()).await;
    let check = async |tx: &mut WorkspaceRead| {
        for batch in Batches::of(&records)?.upserts {
            let (name, columns) = table(batch.kind).expect("a table").shape;
            let record: Vec<Value> = serde_json::from_str(batch.records_json())?;
            let select = statement(format!("SELECT * FROM @{name}"));
            let row = sql::query(select).fetch_optional(tx.conn()).await?.expect("a row");
            assert_eq!(cell(&row, "id"), record[0]["id"]);
            for (column, path) in columns {
                assert_eq!(cell(&row, column), said(&record[0], path), "{name}.{column}");
                assert_ne!(cell(&row, column), Value::Null, "{name}.{column}");
            }
            for field in record[0].as_object().expect("an object").keys().filter(|field| *field != "id") {
                let whole = columns.iter().any(|(_, path)| path == field);
                let parts = columns.iter().filter(|(_, path)| path.starts_with(&format!("$.{field}."))).count();
                assert!(
                    whole || parts == record[0][field].as_object().map_or(1, serde_json::Map::len),
                    "{name}: {field}"
                );
            }
        }
        Ok(())
    };
    bench.store.workspace_read(bench.workspace, "check", check).await
}

#[tokio::test]
async fn what_is_unknown_is_stored_as_unknown() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    bench.bring(vec![commit("a", noon(1))]).await;
    let look = async |tx: &mut WorkspaceRead| {
        let row = sql::query(statement("SELECT * FROM @commits")).fetch_optional(tx.conn()).await?.expect("a row");
        for column in ["files", "committer", "deletions", "url", "author_email", "deleted_at"] {
            assert_eq!(cell(&row, column), Value::Null, "{column}");
        }
        Ok(())
    };
    bench.store.workspace_read(bench.workspace, "look", look).await
}

#[tokio::test]
async fn ten_thousand_commits_are_stored_in_bounded_time() -> Result<(), StoreError> {
    let bench = Bench::new().await;
    let page: Vec<_> = (0..10_000).map(|number| commit(&format!("{number:040x}"), noon(number % 365))).collect();
    for round in ["insert", "update"] {
        let clock = Clock::now();
        bench.bring(page.clone()).await;
        let seconds = clock.elapsed().as_secs_f64();
        assert!(seconds < 5.0, "{round} took {seconds} s");
    }
    let read = async |tx: &mut WorkspaceRead| facts::commits(tx, noon(0), noon(365)).await;
    assert_eq!(bench.store.workspace_read(bench.workspace, "read", read).await?.len(), 10_000);
    Ok(())
}

also_on_postgres!(
    every_field_of_every_kind_is_stored,
    what_is_unknown_is_stored_as_unknown,
    ten_thousand_commits_are_stored_in_bounded_time
);
