//! The only crate that knows wasmtime: packages, signatures, the engine, limits and capabilities.
//!
//! A plugin comes in as a [`package::UnverifiedPackage`], becomes a `VerifiedPackage` by [`trust`], and only that is ever
//! compiled: [`Engine::prepare`] makes a [`Connector`] of it under a grant, and each call of a connector runs in a fresh
//! instance with a budget. What a capability needs from outside comes with the call ([`Call`]) through a small trait; what
//! the guest did goes out with the [`Outcome`], whether it succeeded or not.

mod apart;
mod artefact;
mod bindings;
mod cache;
mod call;
mod capability;
mod compile;
mod confine;
mod connector;
mod engine;
mod escape;
mod fault;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
#[cfg(test)]
mod guest;
mod inside;
mod limits;
mod lower;
mod meter;
pub mod package;
mod runtime;
mod ticker;
pub mod trust;
mod turn;

pub use apart::{GuestProcess, guest_worker};
pub use cache::Cache;
pub use call::{Call, Elapsed, Outcome, PullArgs};
pub use capability::http::Http;
pub use compile::{CompileError, Compiler, compile_worker};
pub use connector::Connector;
pub use engine::{Engine, EngineError, PrepareError};
pub use escape::escaped;
pub use fault::{CallError, GuestFault, HostError, OutputFault, Problem};
pub use meter::TICK;
pub use turn::Concurrency;
pub use turns::Weights;
