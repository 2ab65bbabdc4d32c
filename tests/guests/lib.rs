//! What the guests share: one stream, no settings, and records to fill pages with.
//!
//! To add a guest: a file beside this one, an `[[example]]` in `Cargo.toml`, and a test of its name in
//! `tests/features/guests.rs`, which compares the two lists.

use serde::Deserialize;
use weighbridge_sdk::records::{Record, RecordKind, Repository, Team};
use weighbridge_sdk::{Failure, Stream};

/// No settings.
#[derive(Debug, Deserialize)]
pub struct Nothing {}

/// The one stream of most guests.
///
/// # Errors
/// None.
pub fn one_stream() -> Result<Vec<Stream>, Failure> {
    Ok(vec![Stream::incremental("all", [RecordKind::Team])])
}

/// A valid record of the kind that guests declare.
#[must_use]
pub fn team(id: impl Into<String>) -> Record {
    Record::from(Team { id: id.into(), name: "a team".into(), parent: None, url: None, extra: Vec::new() })
}

/// A record of a kind that guests do not declare.
#[must_use]
pub fn repository(id: impl Into<String>) -> Record {
    Record::from(Repository {
        id: id.into(),
        name: "a repository".into(),
        default_branch: None,
        archived: None,
        private: None,
        created_at: None,
        url: None,
        extra: Vec::new(),
    })
}

/// A guest: what it does in `streams`, and what in `pull`.
#[macro_export]
macro_rules! guest {
    (pull: $pull:expr) => {
        $crate::guest!(streams: $crate::one_stream(), pull: $pull);
    };
    (streams: $streams:expr, pull: $pull:expr) => {
        struct Guest;

        impl weighbridge_sdk::Connector for Guest {
            type Settings = $crate::Nothing;

            fn streams(_: &Self::Settings, _: &str) -> Result<Vec<weighbridge_sdk::Stream>, weighbridge_sdk::Failure> {
                $streams
            }

            fn pull(
                call: &weighbridge_sdk::Call<'_, Self::Settings>,
            ) -> Result<weighbridge_sdk::Page, weighbridge_sdk::Failure> {
                let pull: fn(&weighbridge_sdk::Call<'_, Self::Settings>) -> _ = $pull;
                pull(call)
            }
        }

        weighbridge_sdk::connector!(Guest);
    };
}
