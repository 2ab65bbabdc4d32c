//! A data directory as an older version of the program would have left it: the same rows, in the schemas of then.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _};

use crate::kit::sound::{asking, tables, texts, workspaces};
use crate::kit::{Host, root};

/// How many migrations the older version knew: the first in which connections, streams and records were.
const KNOWN: [(&str, usize); 2] = [("control", 1), ("workspace", 2)];

/// Take the schemas of a host's files back. None of its processes may be running.
pub(super) fn take_back(host: &Host) -> Result<()> {
    let data = host.folder().join("data");
    for (which, known) in KNOWN {
        let files = if which == "control" { vec![data.join("control.db")] } else { workspaces(&data)? };
        for file in files {
            rewrite(&file, which, known).with_context(|| format!("taking `{}` back", file.display()))?;
        }
    }
    Ok(())
}

fn rewrite(file: &Path, which: &str, known: usize) -> Result<()> {
    let older = file.with_extension("older");
    let path = older.clone();
    let migrations = migrations(which)?.into_iter().take(known).collect::<Vec<_>>();
    asking(file, async move |newer| {
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true).foreign_keys(false);
        let mut made = SqliteConnection::connect_with(&options).await?;
        make(&mut made, &migrations).await?;
        made.close().await?;
        // The writes are in another file, whose keys are checked where it is opened again.
        sqlx::query("PRAGMA foreign_keys = OFF").execute(&mut *newer).await?;
        let attach = format!("ATTACH '{}' AS older", path.display());
        sqlx::query(AssertSqlSafe(attach)).execute(&mut *newer).await?;
        copy(newer).await?;
        sqlx::query("DETACH older").execute(&mut *newer).await?;
        Ok(())
    })?;
    for ending in ["-wal", "-shm"] {
        let mut left = file.as_os_str().to_owned();
        left.push(ending);
        drop(fs::remove_file(left));
    }
    fs::rename(older, file)?;
    Ok(())
}

/// An empty file of the older schema.
async fn make(file: &mut SqliteConnection, migrations: &[PathBuf]) -> Result<()> {
    let known = migrations.len();
    let begin = "CREATE TABLE schema_version (
        version INTEGER NOT NULL, -- the newest migration that was applied; kept as long as the file
        CHECK (version >= 0)
    ) STRICT";
    sqlx::raw_sql(begin).execute(&mut *file).await?;
    sqlx::query("INSERT INTO schema_version (version) VALUES ($1)")
        .bind(i64::try_from(known)?)
        .execute(&mut *file)
        .await?;
    for path in migrations {
        let text = fs::read_to_string(path)?;
        sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut *file).await?;
    }
    sqlx::query("PRAGMA journal_mode = WAL").execute(file).await?;
    Ok(())
}

/// The rows of every table that was there then, in the columns that were.
async fn copy(newer: &mut SqliteConnection) -> Result<()> {
    let here = tables(newer).await?;
    let there = "SELECT name FROM older.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
        AND name <> 'schema_version'";
    for table in texts(newer, there).await? {
        if !here.contains(&table) {
            continue;
        }
        let columns = texts(
            newer,
            format!(
                "SELECT o.name FROM pragma_table_info('{table}', 'older') AS o
                 JOIN pragma_table_info('{table}', 'main') AS n ON n.name = o.name"
            ),
        )
        .await?
        .join(", ");
        let statement = format!(
            "DELETE FROM older.{table}; INSERT INTO older.{table} ({columns}) SELECT {columns} FROM main.{table}"
        );
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *newer).await.with_context(|| table.clone())?;
    }
    Ok(())
}

fn migrations(which: &str) -> Result<Vec<PathBuf>> {
    let folder = root().join("host/store/migrations/sqlite").join(which);
    let mut files: Vec<_> = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    Ok(files)
}
