//! Statements are constants, and a test prepares every one of them.

/// Declares statements as `&'static str` constants, and lists them in `STATEMENTS` for the test that prepares them.
macro_rules! statements {
    ($($(#[$doc:meta])* $visibility:vis $name:ident = $text:expr;)*) => {
        $($(#[$doc])* $visibility const $name: &str = $text;)*

        /// All statements of this module, by name.
        #[cfg(test)]
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[$((concat!(module_path!(), "::", stringify!($name)), $name),)*];
    };
}
pub(crate) use statements;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use sqlx::{Executor, SqlSafeStr};

    use crate::testing::Bench;
    use crate::{StoreError, control, workspace};

    #[tokio::test]
    async fn every_statement_prepares() -> Result<(), StoreError> {
        let bench = Bench::new().await;
        let prepared = bench
            .store
            .system_read("prepare", async |tx| {
                for (name, text) in control::statements() {
                    tx.conn().prepare(text.into_sql_str()).await.unwrap_or_else(|error| panic!("{name}: {error}"));
                }
                Ok(control::statements().count())
            })
            .await?;
        assert!(prepared > 40, "{prepared}");
        let prepared = bench
            .store
            .workspace_read(bench.workspace, "prepare", async |tx| {
                for (name, text) in workspace::statements() {
                    tx.conn().prepare(text.into_sql_str()).await.unwrap_or_else(|error| panic!("{name}: {error}"));
                }
                Ok(workspace::statements().count())
            })
            .await?;
        assert!(prepared > 90, "{prepared}");
        Ok(())
    }

    #[test]
    fn no_statement_is_written_where_it_is_run() {
        fn look(folder: &Path, seen: &mut u32) {
            for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
                if entry.is_dir() {
                    look(&entry, seen);
                    continue;
                }
                let text = fs::read_to_string(&entry).expect("a source file");
                let production = text.split("#[cfg(test)]\nmod").next().unwrap_or_default();
                for call in ["query", "query_scalar", "raw_sql"] {
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
        for text in control::MIGRATIONS.texts().chain(workspace::MIGRATIONS.texts()) {
            let columns = text.lines().filter(|line| {
                let mut words = line.split_whitespace().skip(1);
                line.starts_with("    ")
                    && words.next().is_some_and(|word| ["BLOB", "INTEGER", "REAL", "TEXT"].contains(&word))
            });
            for line in columns {
                assert!(line.contains("-- "), "no comment: {line}");
            }
        }
    }
}
