//! Bringing data in: due connections are leased, run stream by stream and page by page, and released.
//!
//! `run` is one run of one connection; `stream` is one stream of it, and `course` where it has been; `call` is what one
//! call of the plugin is given; `keeper` keeps the lease meanwhile, and `permission` asks whether the run may go on;
//! `interruption` and `ending` say how it ended, and `trail` what it did. `worker` is the loop that `weighbridge serve`
//! keeps; `backoff` says how long to wait after a failure, and `crash` what follows when the plugin faults again and again.

mod backoff;
mod call;
mod course;
mod crash;
mod ending;
mod interruption;
mod keeper;
mod permission;
mod run;
mod stream;
mod trail;
mod worker;

pub use ending::{Ending, RunError, StreamEnding};
pub use interruption::{Interrupted, InterruptionKind};
pub use run::{Progress, Turn, run};
pub use worker::{owner, work};
