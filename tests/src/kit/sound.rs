//! Whether a host's files are whole, and whether two hosts hold the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _};
use tempfile::TempDir;

use super::host::Host;

/// Tables of a workspace's file that count what was done, which differs between a host that was disturbed and one that was
/// not. Every other table is compared, one that comes tomorrow among them.
const COUNTS: [&str; 6] = ["runs", "fences", "data_version", "rollup_epoch", "schema_version", "streams"];

/// Columns that tell of a row who brought it and in which sweep.
const PROVENANCE: [&str; 2] = ["run_id", "generation"];

/// Everything that a host holds of its sources and has computed, as lines, by table.
pub type Contents = BTreeMap<String, Vec<String>>;

impl Host {
    /// What all workspaces' files hold: of every table but those that count, every column but those of provenance. That a
    /// record is deleted counts, and not when that was noticed. The shape of the files is part of it.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn holds(&self) -> Result<Contents> {
        let mut contents = Contents::new();
        for file in workspaces(&self.folder().join("data"))? {
            contents.extend(asking(&file, async |file| contents_of(file).await)?);
        }
        Ok(contents)
    }

    /// Every file is whole by SQLite's own check, no row names one that is not there, and what the runs say that they
    /// brought is what the streams say that came. The host may be dead, and its files as it left them: a copy is looked
    /// at, so that the next host finds them so.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub fn is_sound(&self) -> Result<()> {
        let (data, copy) = (self.folder().join("data"), TempDir::new()?);
        let mut files = vec![data.join("control.db")];
        files.extend(workspaces(&data)?);
        for file in &files {
            let name = file.file_name().context("a name")?;
            let copied = copy.path().join(name);
            for ending in ["", "-wal"] {
                let (mut from, mut to) = (file.clone().into_os_string(), copied.clone().into_os_string());
                from.push(ending);
                to.push(ending);
                if Path::new(&from).exists() {
                    fs::copy(&from, &to)?;
                }
            }
            asking(&copied, async |file| check(file).await).with_context(|| format!("in `{}`", file.display()))?;
        }
        Ok(())
    }
}

/// The first differences between what two hosts hold.
///
/// # Errors
/// Where there are any: the rows that one has and the other has not.
pub fn same(found: &Contents, expected: &Contents) -> Result<()> {
    for table in found.keys().chain(expected.keys()) {
        let (empty_one, empty_other) = (Vec::new(), Vec::new());
        let (found, expected) = (found.get(table).unwrap_or(&empty_one), expected.get(table).unwrap_or(&empty_other));
        let lacks = |of: &[String], in_: &[String]| -> Vec<String> {
            of.iter().filter(|line| in_.binary_search(line).is_err()).take(3).cloned().collect()
        };
        ensure!(
            found == expected,
            "`{table}` has {} rows and not {}; it lacks {:#?}, and has instead {:#?}",
            found.len(),
            expected.len(),
            lacks(expected, found),
            lacks(found, expected)
        );
    }
    Ok(())
}

/// The workspaces' files of a data directory.
pub(crate) fn workspaces(data: &Path) -> Result<Vec<PathBuf>> {
    let Ok(entries) = fs::read_dir(data.join("workspaces")) else { return Ok(Vec::new()) };
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "db")).collect();
    files.sort();
    Ok(files)
}

/// Ask a file, in a thread of its own, so that tests with and without a runtime can.
pub(crate) fn asking<T: Send>(
    file: &Path,
    question: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T> + Send,
) -> Result<T> {
    std::thread::scope(|scope| {
        let asking = scope.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async move {
                let options = SqliteConnectOptions::new().filename(file).create_if_missing(false);
                let opened = SqliteConnection::connect_with(&options).await;
                let mut connection = opened.with_context(|| format!("opening `{}`", file.display()))?;
                let answer = question(&mut connection).await;
                connection.close().await?;
                answer
            })
        });
        asking.join().map_err(|_| anyhow::anyhow!("asking a file panicked"))?
    })
}

/// One column of text.
pub(crate) async fn texts(file: &mut SqliteConnection, query: impl Into<String>) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(AssertSqlSafe(query.into())).fetch_all(file).await?)
}

/// One number.
pub(crate) async fn number(file: &mut SqliteConnection, query: impl Into<String>) -> Result<i64> {
    Ok(sqlx::query_scalar(AssertSqlSafe(query.into())).fetch_one(file).await?)
}

/// The tables of a file.
pub(crate) async fn tables(file: &mut SqliteConnection) -> Result<Vec<String>> {
    texts(file, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name").await
}

async fn contents_of(file: &mut SqliteConnection) -> Result<Contents> {
    let shape = "SELECT name || ': ' || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
    let mut contents = Contents::from([("the shape".to_owned(), texts(file, shape).await?)]);
    for table in tables(file).await? {
        if COUNTS.contains(&table.as_str()) {
            continue;
        }
        let columns = texts(file, format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid")).await?;
        let columns = columns.iter().filter(|column| !PROVENANCE.contains(&column.as_str()));
        let values = columns.map(|column| match column.as_str() {
            "deleted_at" => "(deleted_at IS NOT NULL)".to_owned(),
            column => format!("quote({column})"),
        });
        let line = values.collect::<Vec<_>>().join(" || ' ' || ");
        contents.insert(table.clone(), texts(file, format!("SELECT {line} AS line FROM {table} ORDER BY line")).await?);
    }
    Ok(contents)
}

async fn check(file: &mut SqliteConnection) -> Result<()> {
    let found = texts(file, "PRAGMA integrity_check").await?;
    ensure!(found == ["ok"], "the check of integrity finds {found:?}");
    let astray = number(file, "SELECT COUNT(*) FROM pragma_foreign_key_check").await?;
    ensure!(astray == 0, "{astray} rows name rows that are not there");
    let tables = tables(file).await?;
    if ["runs", "streams"].iter().all(|table| tables.iter().any(|found| found == table)) {
        let brought = number(file, "SELECT COALESCE(SUM(records), 0) FROM runs").await?;
        let came = number(file, "SELECT COALESCE(SUM(records), 0) FROM streams").await?;
        ensure!(brought == came, "the runs brought {brought} records, and {came} came by the streams");
    }
    Ok(())
}
