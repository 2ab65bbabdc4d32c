//! Looking at a host's rows, past everything that the product offers: what is stored, not what is said of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection};

use super::host::Host;

/// Tables of records.
pub const RECORDS: [&str; 13] = [
    "people",
    "teams",
    "memberships",
    "repositories",
    "commits",
    "pull_requests",
    "reviews",
    "comments",
    "work_items",
    "transitions",
    "deployments",
    "workflows",
    "workflow_runs",
];

impl Host {
    /// One number of the only workspace's data file.
    #[track_caller]
    #[must_use]
    pub fn number(&self, query: &str) -> i64 {
        let query = query.to_owned();
        self.look(async move |file| sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(file).await)
    }

    /// One text of the only workspace's data file.
    #[track_caller]
    #[must_use]
    pub fn text(&self, query: &str) -> String {
        let query = query.to_owned();
        self.look(async move |file| sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(file).await)
    }

    /// How many records of a table are not deleted.
    #[track_caller]
    #[must_use]
    pub fn records(&self, table: &str) -> u64 {
        let count = self.number(&format!("SELECT COUNT(*) FROM {table} WHERE deleted_at IS NULL"));
        u64::try_from(count).expect("a count")
    }

    /// One number of the control database.
    #[track_caller]
    #[must_use]
    pub fn control_number(&self, query: &str) -> i64 {
        let (file, query) = (self.folder().join("data/control.db"), query.to_owned());
        look(file, async move |file| sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(file).await)
    }

    /// Break something of the control database.
    #[track_caller]
    pub fn spoil(&self, change: &str) {
        let (file, change) = (self.folder().join("data/control.db"), change.to_owned());
        let done = look(file, async move |file| sqlx::query(AssertSqlSafe(change)).execute(file).await);
        assert!(done.rows_affected() > 0, "there is something to break");
    }

    /// Let a token's time have gone by.
    #[track_caller]
    pub fn expire_token(&self, name: &str) {
        let (file, name) = (self.folder().join("data/control.db"), name.to_owned());
        let query = sqlx::query("UPDATE tokens SET expires_at = created_at WHERE name = $1").bind(name);
        let done = look(file, async move |file| query.execute(file).await);
        assert_eq!(done.rows_affected(), 1, "a token of this name");
    }

    /// Let all leases end, as if their time had gone by.
    #[track_caller]
    pub fn end_leases(&self) {
        let file = self.folder().join("data/control.db");
        look(file, async move |file| sqlx::query("UPDATE connections SET lease_until = 0").execute(file).await);
    }

    /// Let the waits end that follow a provider's silence.
    #[track_caller]
    pub fn forget_waits(&self) {
        let file = self.folder().join("data/control.db");
        look(file, async move |file| sqlx::query("UPDATE authorizations SET retry_at = NULL").execute(file).await);
    }

    /// Let those never come back who were asking a provider, as if their time had gone by.
    #[track_caller]
    pub fn end_refreshes(&self) {
        let file = self.folder().join("data/control.db");
        let query = "UPDATE authorizations SET lease_until = 0 WHERE lease_until IS NOT NULL";
        look(file, async move |file| sqlx::query(query).execute(file).await);
    }

    /// Every record of the only workspace, deleted ones too, and every roll-up: as JSON texts, by table. What differs
    /// between two syncs of the same source is left out: the run that brought a record, and the count of sweeps.
    #[track_caller]
    #[must_use]
    pub fn contents(&self) -> BTreeMap<&'static str, Vec<String>> {
        let of = |table: &'static str| {
            let rows = self.look(async move |file| {
                let columns: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!(
                    "SELECT name FROM pragma_table_info('{table}')
                     WHERE name NOT IN ('run_id', 'connection_id', 'generation') AND type <> 'BLOB' ORDER BY cid"
                )))
                .fetch_all(&mut *file)
                .await?;
                let pairs: Vec<_> = columns.iter().map(|column| format!("'{column}', {column}")).collect();
                let query = format!("SELECT json_object({}) AS line FROM {table} ORDER BY line", pairs.join(", "));
                sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(file).await
            });
            (table, rows)
        };
        RECORDS.into_iter().chain(["rollups"]).map(of).collect()
    }

    /// The rows of a query that has one column of text.
    #[track_caller]
    #[must_use]
    pub fn texts(&self, query: &str) -> Vec<String> {
        let query = query.to_owned();
        self.look(async move |file| sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(file).await)
    }

    /// How many rows these connections have in all tables of records, and in that of state.
    #[track_caller]
    #[must_use]
    pub fn stored(&self, connections: &str) -> i64 {
        let tables = RECORDS.into_iter().chain(["state"]);
        let count = |table| format!("(SELECT COUNT(*) FROM {table} WHERE connection_id IN {connections})");
        self.number(&format!("SELECT {}", tables.map(count).collect::<Vec<_>>().join(" + ")))
    }

    /// The ids of a table's records.
    #[track_caller]
    #[must_use]
    pub fn record_ids(&self, table: &str) -> Vec<String> {
        self.texts(&format!("SELECT id FROM {table} WHERE deleted_at IS NULL ORDER BY id"))
    }

    fn look<T: Send>(&self, question: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, sqlx::Error> + Send) -> T {
        look(self.data_file(), question)
    }

    fn data_file(&self) -> PathBuf {
        let folder = self.folder().join("data/workspaces");
        let files = fs::read_dir(folder).expect("the data files").filter_map(|entry| Some(entry.ok()?.path()));
        let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "db")).collect();
        assert_eq!(files.len(), 1, "one workspace");
        files.remove(0)
    }
}

/// Ask a database, in a thread of its own, so that tests with and without a runtime can.
fn look<T: Send>(
    file: PathBuf,
    question: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, sqlx::Error> + Send,
) -> T {
    std::thread::scope(|scope| {
        let looking = scope.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let options = SqliteConnectOptions::new().filename(file).create_if_missing(false);
                let mut connection = SqliteConnection::connect_with(&options).await.expect("the data file");
                question(&mut connection).await.expect("rows")
            })
        });
        looking.join().expect("a look")
    })
}
