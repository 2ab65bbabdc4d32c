//! Metrics: what is measured, how it is computed from facts, and how it is answered from daily roll-ups.
//!
//! Pure functions over domain types: no I/O, no async, no clock. The road of a number is
//! facts → [`compute()`] → buckets, which the store keeps → [`query()`] → points. Two rules hold on all of it:
//!
//! - unknown is unknown: an input that is missing is counted under its [`Reason`] and never becomes 0;
//! - the same inputs give the same bytes, in whatever order they come.
//!
//! To add a metric, see [`registry`]; to add a family of facts, see [`mod@compute`].

#![forbid(unsafe_code)]

pub mod compute;
pub mod flow;
pub mod query;
pub mod reason;
pub mod registry;
pub mod samples;
mod tally;

pub use compute::{Facts, compute};
pub use query::{
    Answer, Group, Inputs, Interval, Member, Point, Query, QueryError, Series, TeamMembers, Window, query,
};
pub use reason::{Measure, Reason};
pub use registry::{METRICS, Metric};
pub use samples::{Method, Samples, SamplesError};
