//! The test kit: run a connector natively, on recorded traffic, and disturb it in every way that a source can.
//!
//! A recording is a JSON file in the crate's folder `fixtures/`, a list of exchanges:
//!
//! ```json
//! [{ "request":  { "method": "GET", "url": "https://directory.example/acme/groups?page=0" },
//!    "response": { "status": 200, "headers": { "etag": "\"1\"" }, "body": [{ "id": "g1", "name": "Pay" }] } }]
//! ```
//!
//! `method` is `GET`, `status` is 200 and `headers` are none unless they are said; a `body` that is a string is served as
//! it is, anything else as JSON. The order of a query's parameters does not matter. A recorded answer with an entity tag is
//! answered by 304 where the request carries that tag. A request that nobody recorded ends the test and is named.
//!
//! ```
//! use weighbridge_sdk::testing::{Kit, Upstream};
//! # use weighbridge_sdk::{Call, Connector, Failure, Page, Stream, http, records::*};
//! # struct Directory;
//! # #[derive(serde::Deserialize)] struct Settings {}
//! # impl Connector for Directory {
//! #     type Settings = Settings;
//! #     fn streams(_: &Settings, _: &str) -> Result<Vec<Stream>, Failure> {
//! #         Ok(vec![Stream::sweep("teams", [RecordKind::Team])])
//! #     }
//! #     fn pull(_: &Call<'_, Settings>) -> Result<Page, Failure> {
//! #         let names: Vec<String> = http::get("https://directory.example/groups").send()?.check()?.json()?;
//! #         let team = |name| Record::from(Team { id: name, name: String::new(), parent: None, url: None, extra: vec![] });
//! #         Page::done(names.into_iter().map(team).collect(), &())
//! #     }
//! # }
//!
//! let upstream = Upstream::new().get("https://directory.example/groups", &serde_json::json!(["pay", "search"]));
//! let kit = Kit::new(&serde_json::json!({}), "2026-03-01T09:30:00Z").upstream(upstream);
//! assert_eq!(kit.run_to_end::<Directory>()?.stream("teams").records.len(), 2);
//! kit.conformance::<Directory>();
//! # Ok::<(), weighbridge_sdk::Failure>(())
//! ```

mod conformance;
mod directory;
mod kit;
mod stage;
mod upstream;

pub use directory::Files;
pub use kit::{Kit, Run, StreamRun};
pub use upstream::{Asked, Fault, Reply, Upstream};

pub(crate) use stage::{Answer, stage};

#[cfg(test)]
mod tests;
