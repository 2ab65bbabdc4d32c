//! What PostgreSQL alone is asked for: its walls, its schema, and who may come in.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use crate::sql::{Conn, query};
use crate::testing::{Bench, TestDatabase, commit, new_workspace, noon, statement, tables};
use crate::{Store, StoreError, workspace};

/// The tables of the schema: name, whether it holds rows of workspaces, its key, whether row-level security is forced on it.
const TABLES: &str = "SELECT c.relname::text AS name,
        EXISTS (SELECT 1 FROM pg_policy AS p WHERE p.polrelid = c.oid) AS guarded,
        c.relrowsecurity AND c.relforcerowsecurity AS forced,
        COALESCE((SELECT a.attname::text FROM pg_index AS i
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
            WHERE i.indrelid = c.oid AND i.indisprimary), '') AS leads,
        (SELECT count(*) FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
            WHERE i.indrelid = c.oid AND a.attname <> 'workspace_id') AS other_indexes
    FROM pg_class AS c WHERE c.relnamespace = 'weighbridge'::regnamespace AND c.relkind = 'r'";
const COLUMNS: &str = "SELECT table_name::text AS name, column_name::text AS column
    FROM information_schema.columns WHERE table_schema = 'weighbridge'";

const FILE_COLUMNS: &str = "SELECT t.name AS name, c.name AS column FROM sqlite_schema AS t
    JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";

async fn owner(database: &TestDatabase) -> PgConnection {
    PgConnection::connect(&database.owner_url).await.expect("the owner comes in")
}

/// So that workspaces can be spread over machines by their id, and no index walks through others' rows.
#[tokio::test]
async fn every_table_of_workspaces_is_guarded_and_led_by_the_workspace() {
    let database = TestDatabase::new().await;
    let rows = sqlx::query(TABLES).fetch_all(&mut owner(&database).await).await.expect("the tables");
    let of_workspaces: BTreeSet<String> = tables(workspace::MIGRATIONS.texts());
    let mut guarded = BTreeSet::new();
    for row in &rows {
        let name: String = row.get("name");
        if !of_workspaces.contains(&name) {
            continue;
        }
        assert!(row.get::<bool, _>("guarded") && row.get::<bool, _>("forced"), "{name} has no row-level security");
        assert_eq!(row.get::<String, _>("leads"), "workspace_id", "{name}");
        assert_eq!(row.get::<i64, _>("other_indexes"), 0, "an index of {name} is not led by the workspace");
        guarded.insert(name);
    }
    assert_eq!(guarded, of_workspaces);
    assert!(guarded.len() > 25, "{guarded:?}");
}

/// Both engines have the same tables and columns, but for the workspace that rows of a shared table carry.
#[tokio::test]
async fn both_engines_have_the_same_columns() {
    let database = TestDatabase::new().await;
    let mut shared: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in sqlx::query(COLUMNS).fetch_all(&mut owner(&database).await).await.expect("the columns") {
        shared.entry(row.get("name")).or_default().insert(row.get("column"));
    }
    shared.remove("schema_version");
    let (bench, mut here) = (Bench::new().await, BTreeMap::new());
    let of_files = async |conn: &mut Conn| -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        for row in query(statement(FILE_COLUMNS)).fetch_all(conn).await.expect("the columns") {
            found.entry(row.cell("name").expect("a name")).or_default().insert(row.cell("column").expect("a column"));
        }
        found
    };
    let control = bench.store.system_read("look", async |tx| Ok(of_files(tx.conn()).await)).await;
    let rows = bench.store.workspace_read(bench.workspace, "look", async |tx| Ok(of_files(tx.conn()).await)).await;
    here.extend(control.expect("the control tables"));
    for (name, mut columns) in rows.expect("the tables of a workspace") {
        columns.insert("workspace_id".to_owned());
        here.insert(name, columns);
    }
    here.remove("schema_version");
    assert_eq!(here, shared);
}

#[tokio::test]
async fn a_role_that_could_set_row_level_security_aside_is_refused() {
    let database = TestDatabase::new().await;
    let refused = Store::connect(&database.owner_url).await.expect_err("a superuser");
    assert!(matches!(&refused, StoreError::PowerfulRole { reason, .. } if reason.contains("superuser")), "{refused}");
    let url = database.with_role("ALTER TABLE weighbridge.people OWNER TO").await;
    let refused = Store::connect(&url).await.expect_err("an owner");
    assert!(matches!(&refused, StoreError::PowerfulRole { reason, .. } if reason.contains("owns")), "{refused}");
    assert!(refused.to_string().contains("give hosts a role of their own"), "{refused}");
}

#[tokio::test]
async fn a_schema_that_does_not_fit_is_refused_in_words_and_left_as_it_is() {
    let database = TestDatabase::empty().await;
    let refused = Store::connect(&database.url).await.expect_err("no schema");
    assert!(refused.to_string().contains("let its owner run `weighbridge database migrate`"), "{refused}");
    let missing = Store::migrate(&database.owner_url, "nobody_of_this_name").await.expect_err("no such role");
    assert_eq!(missing.to_string(), "there is no role of the database `nobody_of_this_name`");
    assert_eq!(database.migrated().await, (0, 2));
    assert_eq!(database.migrated().await, (2, 2), "a second time changes nothing");
    Store::connect(&database.url).await.expect("a store").close().await;

    // A newer schema that older hosts can still run on, as in a rolling upgrade.
    database.as_owner("UPDATE weighbridge.schema_version SET version = 9, oldest = 1").await;
    Store::connect(&database.url).await.expect("a store").close().await;
    database.as_owner("UPDATE weighbridge.schema_version SET version = 9, oldest = 9").await;
    let refused = Store::connect(&database.url).await.expect_err("a newer schema");
    assert!(refused.to_string().contains("start the newer version"), "{refused}");
    let refused = Store::migrate(&database.owner_url, "postgres").await.expect_err("a newer schema");
    assert!(refused.to_string().contains("start the newer version"), "{refused}");
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_named_without_its_password() {
    for url in ["postgres://someone:secret-word@127.0.0.1:1/weighbridge", "not an address"] {
        let refused = Store::connect(url).await.expect_err("nothing listens there");
        let said = format!("{refused} {refused:?}");
        assert!(refused.to_string().starts_with("cannot connect to the database"), "{refused}");
        assert!(!said.contains("secret-word"), "{said}");
    }
}

/// A host may change rows, and nothing else: not the schema, not its number, not the policies.
#[tokio::test]
async fn a_host_cannot_take_the_wall_down() {
    let database = TestDatabase::new().await;
    let mut host = PgConnection::connect(&database.url).await.expect("a host");
    for attempt in [
        "ALTER TABLE weighbridge.people DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE weighbridge.people NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY own_workspace ON weighbridge.people",
        "CREATE POLICY more ON weighbridge.people USING (true)",
        "UPDATE weighbridge.schema_version SET version = 7",
        "TRUNCATE weighbridge.people",
        "CREATE TABLE weighbridge.mine (id int)",
        "SET ROLE postgres",
    ] {
        let done = sqlx::raw_sql(attempt).execute(&mut host).await;
        let error = done.err().and_then(|error| Some(error.into_database_error()?.code()?.into_owned()));
        assert_eq!(error.as_deref(), Some("42501"), "{attempt} is not permitted");
    }
}

/// Without a workspace there is no row, and what one transaction is set to does not outlive it on its connection.
#[tokio::test]
async fn a_connection_that_goes_back_to_the_pool_forgets_its_workspace() {
    let bench = Bench::shared().await;
    bench.bring(vec![commit("a", noon(1))]).await;
    let url = &bench.database.as_ref().expect("a database").url;
    let pool = super::pool(url, 1).await.expect("a pool");
    let count = "SELECT count(*) FROM commits";
    let set = format!(
        "SELECT set_config('weighbridge.workspace', '{}', true)",
        uuid::Uuid::from_bytes(*bench.workspace.as_bytes())
    );
    let mut tx = pool.begin().await.expect("a transaction");
    sqlx::raw_sql(AssertSqlSafe(set)).execute(&mut *tx).await.expect("the setting");
    assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *tx).await.expect("a count"), 1);
    tx.commit().await.expect("an end");
    assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&pool).await.expect("a count"), 0);
    let other = new_workspace(&bench.store, "other").await;
    assert!(bench.store.counts(other).await.expect("counts").iter().all(|(_, count)| *count == 0));
}

/// Who asks may go away at any moment: of a reading transaction that had begun nothing is left on the connection, where
/// the next one to write would find it.
#[tokio::test]
async fn what_is_broken_off_at_its_beginning_leaves_no_transaction_open() {
    let bench = Bench::shared().await;
    for micros in (0..4000).step_by(40) {
        let read = bench.store.counts(bench.workspace);
        let _ = tokio::time::timeout(Duration::from_micros(micros), read).await;
        let written = bench.store.system("write", async |tx| crate::meta::set(tx, "word", b"value").await).await;
        assert!(written.is_ok(), "after {micros} us: {written:?}");
    }
}

/// A server that restarts ends all connections: those that lay idle are noticed, and not given to anybody.
#[tokio::test]
async fn connections_that_ended_while_they_lay_idle_are_made_anew() {
    let bench = Bench::shared().await;
    let counts = (0..8).map(|_| bench.store.counts(bench.workspace));
    for count in counts.collect::<Vec<_>>() {
        count.await.expect("counts");
    }
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = 'weighbridge_host'";
    bench.database.as_ref().expect("a database").as_owner(end).await;
    tokio::time::sleep(super::TRUSTED_IDLE * 2).await;
    bench.store.counts(bench.workspace).await.expect("a connection that lives");
}
