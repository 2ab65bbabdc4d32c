//! Weighbridge, put together: configuration, command line, wiring and workers.
//!
//! The only place where the rooms of the house meet. What a room asks of another through a trait is implemented here:
//! the sandbox's `Http` in `sync`, the API's ports in `backend`.

#![forbid(unsafe_code)]

pub mod backend;
pub mod backup;
pub mod cli;
pub mod command;
pub mod config;
pub mod describe;
pub mod erasures;
pub mod error;
pub mod host;
pub mod oauth;
pub mod output;
pub mod rollup;
pub mod sync;
pub mod telemetry;
pub mod upgrade;
