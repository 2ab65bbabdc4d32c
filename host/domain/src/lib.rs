//! The words of the house: ids, records, states and values, without I/O and without async.
//!
//! Every other crate below `host/` speaks in these types, so that siblings need not know one another. A type lives here
//! when two of them must agree on it, and nowhere else.

#![forbid(unsafe_code)]

pub mod budget;
pub mod calendar;
pub mod capability;
pub mod consent;
pub mod exchange;
pub mod fact;
pub mod id;
pub mod inspection;
pub mod instant;
pub mod page;
pub mod record;
pub mod rollup;
pub mod run;

pub use budget::{Budget, BudgetKind};
pub use calendar::Day;
pub use capability::Capabilities;
pub use consent::Consent;
pub use id::{ConnectionId, Digest, PluginId, RunId, TokenId, WorkspaceId};
pub use instant::Instant;
pub use page::{Failure, FailureKind, Next, Page, StreamInfo, StreamMode};
pub use record::{Record, RecordKind};
