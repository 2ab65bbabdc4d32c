//! Schemas, by number. A file remembers which it has; a newer one than this version knows is refused, in words.

use std::path::Path;

use sqlx::sqlite::SqlitePool;

use crate::StoreError;

const CREATE: &str = "CREATE TABLE IF NOT EXISTS schema_version (
        version INTEGER NOT NULL, -- the newest migration that was applied; kept as long as the file
        CHECK (version >= 0)
    ) STRICT";
pub(crate) const FIND: &str = "SELECT version FROM schema_version";
const INSERT: &str = "INSERT INTO schema_version (version) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM schema_version)";
const UPDATE: &str = "UPDATE schema_version SET version = $1";
const BEGIN: &str = "BEGIN IMMEDIATE";

/// The numbered files of one folder of `migrations/`; the first is number 1.
#[derive(Debug)]
pub(crate) struct Migrations(pub(crate) &'static [&'static str]);

impl Migrations {
    /// Applies what the file does not have yet, all in one transaction.
    pub(crate) async fn apply(&self, writer: &SqlitePool, path: &Path) -> Result<(), StoreError> {
        let mut tx = writer.begin_with(BEGIN).await?;
        sqlx::query(CREATE).execute(&mut *tx).await?;
        sqlx::query(INSERT).execute(&mut *tx).await?;
        let found: i64 = sqlx::query_scalar(FIND).fetch_one(&mut *tx).await?;
        let known = self.newest();
        if found > known {
            return Err(StoreError::NewerSchema { path: path.to_owned(), found, known });
        }
        for text in self.0.iter().skip(usize::try_from(found).unwrap_or(0)) {
            sqlx::raw_sql(*text).execute(&mut *tx).await?;
        }
        if found < known {
            sqlx::query(UPDATE).bind(known).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    pub(crate) fn newest(&self) -> i64 {
        i64::try_from(self.0.len()).unwrap_or(i64::MAX)
    }

    #[cfg(test)]
    pub(crate) fn texts(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::Migrations;

    /// What is applied goes by place in the list, and people read the number in the name.
    #[test]
    fn every_file_stands_in_its_list_at_its_number() {
        let lists: [(&str, &Migrations); 2] =
            [("control", &crate::control::MIGRATIONS), ("workspace", &crate::workspace::MIGRATIONS)];
        for (folder, list) in lists {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite").join(folder);
            let files = fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("an entry").path());
            let mut files: Vec<_> = files.collect();
            files.sort();
            assert_eq!(files.len(), list.texts().count(), "{}", folder.display());
            for ((number, file), text) in (1..).zip(&files).zip(list.texts()) {
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                assert!(name.starts_with(&format!("{number:04}_")), "{name} is number {number}");
                assert_eq!(fs::read_to_string(file).expect("the file"), text, "{name}");
            }
        }
    }
}
