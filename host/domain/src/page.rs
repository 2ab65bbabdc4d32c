//! What a call of a connector brings back, once it has been checked.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Record, RecordKind};

/// A checked page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The records, each valid by itself.
    pub records: Vec<Record>,
    /// How to go on.
    pub next: Next,
}

/// Whether there is more; the text is the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// More pages wait.
    More(String),
    /// Caught up; a sweep ends here.
    Done(String),
}

impl Next {
    /// The cursor to go on with.
    #[must_use]
    pub fn cursor(&self) -> &str {
        match self {
            Self::More(cursor) | Self::Done(cursor) => cursor,
        }
    }
}

/// A stream, as its connector declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamInfo {
    /// Its name, unique in the connection.
    pub name: String,
    /// How it moves.
    pub mode: StreamMode,
    /// The kinds of record it brings.
    pub kinds: Vec<RecordKind>,
}

/// How a stream moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StreamMode {
    /// The cursor moves forward.
    Incremental,
    /// Each run lists everything.
    Sweep,
}

/// What a connector says when it cannot answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{kind}: {message}")]
pub struct Failure {
    /// The sort.
    pub kind: FailureKind,
    /// One sentence.
    pub message: String,
    /// When to come back, in seconds.
    pub retry_after_seconds: Option<u32>,
}

/// The sorts of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The settings cannot work.
    Settings,
    /// The credential is not accepted.
    Unauthorized,
    /// The credential is refused this thing.
    Forbidden,
    /// The thing is not there.
    NotFound,
    /// The source asks for patience.
    RateLimited,
    /// The source failed.
    Upstream,
    /// The source cannot be understood.
    InvalidData,
    /// The plugin trapped, spent its budget or broke its contract. No plugin says so of itself.
    GuestFault,
}

impl FailureKind {
    /// Whether waiting can help. Where it cannot, the connection stops until somebody changes it.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::RateLimited | Self::Upstream)
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Settings => "settings",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not found",
            Self::RateLimited => "rate-limited",
            Self::Upstream => "upstream",
            Self::InvalidData => "invalid data",
            Self::GuestFault => "guest fault",
        })
    }
}
