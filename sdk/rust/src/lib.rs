//! Write a Weighbridge connector in Rust.
//!
//! A connector is a pure function: from settings, cursor and the answers of the host to records and the next cursor. It
//! has no clock, no randomness, no environment, and no way to the world but the capabilities that its manifest asks for
//! and the operator grants.
//!
//! Implement [`Connector`], register it with [`connector!`], build for `wasm32-unknown-unknown`. What a connector uses is
//! what it imports: one that never calls [`files`] does not ask for a directory.
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use weighbridge_sdk::records::{Record, RecordKind, Team};
//! use weighbridge_sdk::{Call, Connector, Failure, Page, Stream, http};
//!
//! struct Directory;
//!
//! #[derive(Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Settings {
//!     company: String,
//! }
//!
//! #[derive(Default, Serialize, Deserialize)]
//! struct Cursor {
//!     page: u32,
//! }
//!
//! #[derive(Deserialize)]
//! struct Group<'a> {
//!     id: &'a str,
//!     name: String,
//! }
//!
//! impl Connector for Directory {
//!     type Settings = Settings;
//!
//!     fn streams(_settings: &Settings, _now: &str) -> Result<Vec<Stream>, Failure> {
//!         Ok(vec![Stream::sweep("teams", [RecordKind::Team])])
//!     }
//!
//!     fn pull(call: &Call<'_, Settings>) -> Result<Page, Failure> {
//!         let cursor: Cursor = call.cursor()?.unwrap_or_default();
//!         let url = format!("https://directory.example/{}/groups?page={}", call.settings.company, cursor.page);
//!         let answer = http::get(url).auth("token").send()?.check()?;
//!         let groups: Vec<Group<'_>> = answer.json()?;
//!         let records = groups.iter().map(|group| {
//!             let Group { id, name } = group;
//!             Record::from(Team { id: (*id).into(), name: name.clone(), parent: None, url: None, extra: Vec::new() })
//!         });
//!         let records = records.collect();
//!         let next = Cursor { page: cursor.page + 1 };
//!         if answer.links().next().is_some() { Page::more(records, &next) } else { Page::done(records, &next) }
//!     }
//! }
//!
//! weighbridge_sdk::connector!(Directory);
//! ```
//!
//! # Tests
//!
//! On native targets nothing is exported, and every capability is answered by [`testing`]: recorded traffic, a directory,
//! faults on demand.

#[doc(hidden)]
#[allow(missing_docs, unsafe_code, unreachable_pub, clippy::all, reason = "written by wit-bindgen")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "connector",
        pub_export_macro: true,
        additional_derives: [PartialEq],
    });
}

mod connector;
#[doc(hidden)]
pub mod export;
mod failure;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
#[cfg(target_arch = "wasm32")]
mod heap;
mod host;
#[cfg(any(target_arch = "wasm32", test, fuzzing))]
mod json;

pub mod content;
pub mod files;
pub mod http;
pub mod log;
pub mod records;
pub mod state;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
pub mod text;

pub use connector::{Call, Connector};

pub use bindings::exports::weighbridge::connector::source::{Next, Page, StreamInfo as Stream, StreamMode};
pub use bindings::weighbridge::connector::types::{Failure, FailureKind};
