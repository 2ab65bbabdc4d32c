//! Bringing data in: due connections are leased, run stream by stream and page by page, and released.
//!
//! `run` is one run of one connection; `stream` is one stream of it; `call` is what one call of the plugin is given;
//! `worker` is the loop that `weighbridge serve` keeps; `backoff` says how long to wait after a failure.

mod backoff;
mod call;
mod ending;
mod run;
mod stream;
mod worker;

pub use ending::{Ending, StreamEnding};
pub use run::{Progress, run};
pub use worker::{LEASE, owner, work};
