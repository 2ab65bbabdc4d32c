//! The connector `weighbridge/git`: the history of a local repository, through the capability `files`.
//!
//! One stream, `history`: the repository, then each commit that the head reaches, newest first, with its author, its
//! times, its parents, its message and what it changed against its first parent. Later runs bring what is new since the
//! head of the run before. Lines are counted as `git log --numstat --no-renames` counts them.
//!
//! What Git itself reads from elsewhere is left alone: attributes (which can call a file binary), mailmaps, replacements
//! and grafts. Commits that a rewritten branch no longer reaches stay as they were brought.
//!
//! Every call is a fresh instance, so the cursor holds the front of the walk: see module `walk`. What one call may cost is
//! counted, since there is no clock: see module `effort`. To bring another record, add its kind to `plugin.toml` and
//! [`Connector::streams`], and write it in module `record`.

mod changes;
mod cursor;
mod effort;
mod error;
mod lines;
mod objects;
mod page;
mod record;
mod repository;
mod walk;

#[cfg(any(test, fuzzing))]
pub mod fuzz;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use weighbridge_sdk::records::RecordKind;
use weighbridge_sdk::{Call, Connector, Failure, Page, Stream};

/// The connector.
#[derive(Debug, Clone, Copy)]
pub struct Git;

/// The settings of a connection.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The name shown; that of the remote `origin` where it is not given.
    pub name: Option<String>,
    /// The branch whose history is read, or a full reference; `HEAD` where it is not given.
    pub branch: Option<String>,
}

impl Connector for Git {
    type Settings = Settings;

    fn check(settings: &Settings) -> Result<(), Failure> {
        let Settings { name, branch } = settings;
        if name.as_deref().is_some_and(|name| name.trim().is_empty()) {
            return Err(Failure::settings("`name` is empty; leave it out to take the name of the remote `origin`"));
        }
        let odd = |branch: &str| {
            branch.is_empty() || branch.contains("..") || branch.starts_with('/') || branch.contains(char::is_control)
        };
        if branch.as_deref().is_some_and(odd) {
            return Err(Failure::settings("`branch` is not the name of a branch; leave it out to read `HEAD`"));
        }
        Ok(())
    }

    fn streams(_settings: &Settings, _now: &str) -> Result<Vec<Stream>, Failure> {
        Ok(vec![Stream::incremental("history", [RecordKind::Repository, RecordKind::Commit])])
    }

    fn pull(call: &Call<'_, Settings>) -> Result<Page, Failure> {
        page::pull(call.settings, call.cursor()?, call.now, &page::Limits::default())
    }
}

weighbridge_sdk::connector!(Git);
