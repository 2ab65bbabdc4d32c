//! The Rust side of `wit/`, generated.
