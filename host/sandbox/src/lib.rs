//! The only crate that knows wasmtime: packages, signatures, the engine, limits and capabilities.
//!
//! A plugin comes in as a [`package::UnverifiedPackage`], becomes a `VerifiedPackage` by [`trust`], and only that is ever
//! compiled.

pub mod package;
pub mod trust;
