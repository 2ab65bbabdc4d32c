//! A row, and its columns by name.

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

/// A row of either engine.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// A value that a column can have.
pub(crate) trait Cell<'r>: Sized {
    fn read(row: &'r Row, column: &str) -> Result<Self, sqlx::Error>;
}

impl Row {
    /// The name of the first column.
    pub(super) fn first(&self) -> Result<&str, sqlx::Error> {
        let first = match self {
            Self::Sqlite(row) => row.columns().first().map(sqlx::Column::name),
            Self::Postgres(row) => row.columns().first().map(sqlx::Column::name),
        };
        first.ok_or(sqlx::Error::ColumnIndexOutOfBounds { index: 0, len: 0 })
    }

    /// A whole number of whatever width.
    fn integer(&self, column: &str) -> Result<Option<i64>, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            // Columns are BIGINT; what functions count is INTEGER.
            Self::Postgres(row) => match row.try_get(column) {
                Err(sqlx::Error::ColumnDecode { .. }) => {
                    row.try_get::<Option<i32>, _>(column).map(|value| value.map(i64::from))
                }
                read => read,
            },
        }
    }

    pub(crate) fn id_bytes(&self, column: &str) -> Result<Option<[u8; 16]>, sqlx::Error> {
        match self {
            Self::Sqlite(row) => {
                let bytes: Option<&[u8]> = row.try_get(column)?;
                let fits = |bytes: &[u8]| bytes.try_into().map_err(|_| unfit(column, "it is not sixteen bytes"));
                bytes.map(fits).transpose()
            }
            Self::Postgres(row) => Ok(row.try_get::<Option<uuid::Uuid>, _>(column)?.map(uuid::Uuid::into_bytes)),
        }
    }
}

/// What both drivers read alike.
macro_rules! alike {
    ($($type:ty),*) => {$(
        impl<'r> Cell<'r> for $type {
            fn read(row: &'r Row, column: &str) -> Result<Self, sqlx::Error> {
                match row {
                    Row::Sqlite(row) => row.try_get(column),
                    Row::Postgres(row) => row.try_get(column),
                }
            }
        }

        impl<'r> Cell<'r> for Option<$type> {
            fn read(row: &'r Row, column: &str) -> Result<Self, sqlx::Error> {
                match row {
                    Row::Sqlite(row) => row.try_get(column),
                    Row::Postgres(row) => row.try_get(column),
                }
            }
        }
    )*};
}
alike!(bool, f64, String, &'r str, Vec<u8>, &'r [u8]);

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl<'r> Cell<'r> for Option<$type> {
            fn read(row: &'r Row, column: &str) -> Result<Self, sqlx::Error> {
                let fits = |value| <$type>::try_from(value).map_err(|error| unfit(column, error));
                row.integer(column)?.map(fits).transpose()
            }
        }

        impl<'r> Cell<'r> for $type {
            fn read(row: &'r Row, column: &str) -> Result<Self, sqlx::Error> {
                Option::<$type>::read(row, column)?.ok_or_else(|| unfit(column, "it is null"))
            }
        }
    )*};
}
integers!(i64, i32, u32);

fn unfit(column: &str, reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: reason.into() }
}
