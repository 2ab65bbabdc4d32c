//! A statement with its parameters, run on the connection of a transaction.

use domain::WorkspaceId;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Postgres, Sqlite, Transaction};
use uuid::Uuid;

use super::dialect::Scoped;
use super::{Cell, Row, Statement, Value};

/// The connection of a transaction.
#[derive(Debug)]
pub(crate) enum Conn {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres {
        tx: Transaction<'static, Postgres>,
        /// Whose rows the statements are bound to; none for the control tables.
        scope: Option<WorkspaceId>,
    },
}

impl Conn {
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres { tx, scope: _ } => tx.commit().await,
        }
    }
}

/// A statement that is about to be run.
#[must_use]
#[derive(Debug)]
pub(crate) struct Query {
    statement: &'static Statement,
    values: Vec<Value>,
}

/// A statement whose rows have one column.
#[must_use]
#[derive(Debug)]
pub(crate) struct Scalar(Query);

pub(crate) fn query(statement: &'static Statement) -> Query {
    Query { statement, values: Vec::new() }
}

pub(crate) fn scalar(statement: &'static Statement) -> Scalar {
    Scalar(query(statement))
}

impl Query {
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// How many rows it wrote.
    pub(crate) async fn execute(self, conn: &mut Conn) -> Result<u64, sqlx::Error> {
        match conn {
            Conn::Sqlite(tx) => Ok(self.sqlite().execute(&mut **tx).await?.rows_affected()),
            Conn::Postgres { tx, scope } => Ok(self.postgres(*scope)?.execute(&mut **tx).await?.rows_affected()),
        }
    }

    pub(crate) async fn fetch_all(self, conn: &mut Conn) -> Result<Vec<Row>, sqlx::Error> {
        match conn {
            Conn::Sqlite(tx) => Ok(self.sqlite().fetch_all(&mut **tx).await?.into_iter().map(Row::Sqlite).collect()),
            Conn::Postgres { tx, scope } => {
                let rows = self.postgres(*scope)?.fetch_all(&mut **tx).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    pub(crate) async fn fetch_optional(self, conn: &mut Conn) -> Result<Option<Row>, sqlx::Error> {
        match conn {
            Conn::Sqlite(tx) => Ok(self.sqlite().fetch_optional(&mut **tx).await?.map(Row::Sqlite)),
            Conn::Postgres { tx, scope } => {
                Ok(self.postgres(*scope)?.fetch_optional(&mut **tx).await?.map(Row::Postgres))
            }
        }
    }

    fn sqlite(self) -> sqlx::query::Query<'static, Sqlite, SqliteArguments> {
        self.values.into_iter().fold(sqlx::query(self.statement.sqlite()), |query, value| match value {
            Value::Integer(value) => query.bind(value),
            Value::Truth(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
            Value::Id(value) => query.bind(value.map(Vec::from)),
        })
    }

    fn postgres(
        self,
        scope: Option<WorkspaceId>,
    ) -> Result<sqlx::query::Query<'static, Postgres, PgArguments>, sqlx::Error> {
        let Scoped { text, is_scoped } = self.statement.postgres();
        let query = self.values.into_iter().fold(sqlx::query(text), |query, value| match value {
            Value::Integer(value) => query.bind(value),
            Value::Truth(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
            Value::Id(value) => query.bind(value.map(Uuid::from_bytes)),
        });
        match (is_scoped, scope) {
            (false, _) => Ok(query),
            (true, Some(workspace)) => Ok(query.bind(Uuid::from_bytes(*workspace.as_bytes()))),
            // A statement on a workspace's rows takes a scope that has one, so no caller gets here.
            (true, None) => Err(sqlx::Error::Protocol(format!("{} is run without a workspace", self.statement.name()))),
        }
    }
}

impl Scalar {
    pub(crate) fn bind(self, value: impl Into<Value>) -> Self {
        Self(self.0.bind(value))
    }

    pub(crate) async fn fetch_optional<T: for<'r> Cell<'r>>(self, conn: &mut Conn) -> Result<Option<T>, sqlx::Error> {
        self.0.fetch_optional(conn).await?.map(|row| T::read(&row, row.first()?)).transpose()
    }

    pub(crate) async fn fetch_one<T: for<'r> Cell<'r>>(self, conn: &mut Conn) -> Result<T, sqlx::Error> {
        self.fetch_optional(conn).await?.ok_or(sqlx::Error::RowNotFound)
    }
}
