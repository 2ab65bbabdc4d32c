//! What can go wrong in the store, each with its way out.

use std::io;
use std::path::PathBuf;

use domain::{ConnectionId, RecordKind};

/// Why the store did not do it. Nothing of the transaction was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The engine could not run a statement. Outside of this crate it comes as [`StoreError::Transaction`].
    #[error("the database could not do it")]
    Database(#[from] sqlx::Error),
    /// The engine could not begin a transaction, run a statement of it, or commit it.
    #[error("the transaction to {purpose} failed")]
    Transaction {
        /// What it was for.
        purpose: &'static str,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// A file is there and is not a database that can be used, or not now.
    #[error(
        "cannot open the database `{}`: see that its disk has room and can be written; where the file itself is damaged, or \
         no database, restore it from a backup",
        path.display()
    )]
    Open {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// A file or folder could not be made or opened.
    #[error("cannot use `{}`: check that it exists and that this user owns it", path.display())]
    Path {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file was written by a newer version of this program.
    #[error(
        "`{}` has schema {found}, and this version knows schemas up to {known}: \
         start the newer version that wrote it, or restore a backup",
        path.display()
    )]
    NewerSchema {
        /// Which file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest that is known here.
        known: i64,
    },
    /// A shared database cannot be reached, or does not let this host in.
    #[error("cannot connect to the database: check its address, and the name and password in it")]
    Unreachable {
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// The schema of a shared database is for newer hosts.
    #[error("the database has schema {found}, which hosts of schema {known} cannot run on: start the newer version")]
    NewerDatabase {
        /// Its schema.
        found: i64,
        /// The newest that is known here.
        known: i64,
    },
    /// The schema of a shared database is not up to date, and a host has no right to change it.
    #[error(
        "the database has schema {found} (0: none), and this version needs {known}: \
         let its owner run `weighbridge database migrate`"
    )]
    OlderDatabase {
        /// Its schema.
        found: i64,
        /// The one that is needed.
        known: i64,
    },
    /// A role that row-level security does not hold.
    #[error(
        "the role `{role}` could set row-level security aside: {reason}; give hosts a role of their own, and name it \
         to `weighbridge database migrate --role`"
    )]
    PowerfulRole {
        /// Its name.
        role: String,
        /// What it can.
        reason: &'static str,
    },
    /// A file does not hold together.
    #[error("the database `{}` is damaged: {problem}", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What the engine says of it.
        problem: String,
    },
    /// What is done with files cannot be done with a shared database.
    #[error("the store is in PostgreSQL, where {0} is not done by this command: docs/operations.md says how it is")]
    NoFiles(&'static str),
    /// The engine is too old to be trusted with a write-ahead log.
    #[error("SQLite {found} can corrupt a write-ahead log: build with {needed} or later")]
    EngineTooOld {
        /// The version that is linked.
        found: String,
        /// The oldest that is allowed.
        needed: &'static str,
    },
    /// There is no such thing.
    #[error("there is no {what} `{name}`")]
    Missing {
        /// The sort of thing.
        what: &'static str,
        /// Its name or id.
        name: String,
    },
    /// There is one already.
    #[error("there is already a {what} `{name}`: choose another name, or remove that one first")]
    Exists {
        /// The sort of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// The lease went on to somebody else. The writer has to stop.
    #[error("the lease on {connection} was lost: fence {held} is stale, {current} is current")]
    StaleFence {
        /// The connection.
        connection: ConnectionId,
        /// What the writer holds.
        held: i64,
        /// What is current; 0 where the connection was never leased.
        current: i64,
    },
    /// The page belongs to a sweep that has ended.
    #[error("a page of sweep {found} of stream `{stream}` came during sweep {current}: start the stream again")]
    StaleGeneration {
        /// The stream.
        stream: String,
        /// The page's sweep.
        found: i64,
        /// The sweep that goes on.
        current: i64,
    },
    /// No table takes records of this kind.
    #[error("records of kind `{0}` are not stored by this version")]
    KindNotStored(RecordKind),
    /// A stored value is not what the column promises.
    #[error("column `{column}` holds what cannot be read: {reason}")]
    Unreadable {
        /// The column.
        column: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The key that sealed a secret was replaced by another one meanwhile, and is gone.
    #[error("the key that this secret was sealed with was replaced meanwhile: do it again")]
    KeyRetired,
    /// A value could not be turned into what is stored.
    #[error("a value could not be encoded")]
    Encode(#[from] serde_json::Error),
}

impl StoreError {
    /// Turns the breach of a unique key into [`StoreError::Exists`].
    pub(crate) fn exists(what: &'static str, name: impl Into<String>) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| match &source {
            sqlx::Error::Database(database) if database.is_unique_violation() => {
                Self::Exists { what, name: name.into() }
            }
            _ => Self::Database(source),
        }
    }

    /// Says in which transaction the engine failed.
    pub(crate) fn during(self, purpose: &'static str) -> Self {
        match self {
            Self::Database(source) => Self::Transaction { purpose, source },
            other => other,
        }
    }

    /// There is no such thing.
    pub(crate) fn missing(what: &'static str, name: &(impl ToString + ?Sized)) -> Self {
        Self::Missing { what, name: name.to_string() }
    }
}
