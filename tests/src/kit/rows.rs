//! Looking at a host's rows, past everything that the product offers: what is stored, not what is said of it.

use std::fs;
use std::path::PathBuf;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection};

use super::host::Host;

impl Host {
    /// One number of the only workspace's data file.
    #[track_caller]
    #[must_use]
    pub fn number(&self, query: &str) -> i64 {
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

    /// The ids of a table's records.
    #[track_caller]
    #[must_use]
    pub fn record_ids(&self, table: &str) -> Vec<String> {
        let query = format!("SELECT id FROM {table} WHERE deleted_at IS NULL ORDER BY id");
        self.look(async move |file| sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(file).await)
    }

    /// In a thread of its own, so that tests with and without a runtime can ask.
    fn look<T: Send>(&self, look: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, sqlx::Error> + Send) -> T {
        let file = self.data_file();
        std::thread::scope(|scope| {
            let looking = scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(async move {
                    let options = SqliteConnectOptions::new().filename(file).read_only(true);
                    let mut connection = SqliteConnection::connect_with(&options).await.expect("the data file");
                    look(&mut connection).await.expect("rows")
                })
            });
            looking.join().expect("a look")
        })
    }

    fn data_file(&self) -> PathBuf {
        let folder = self.folder().join("data/workspaces");
        let files = fs::read_dir(folder).expect("the data files").filter_map(|entry| Some(entry.ok()?.path()));
        let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "db")).collect();
        assert_eq!(files.len(), 1, "one workspace");
        files.remove(0)
    }
}
