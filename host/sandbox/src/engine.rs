//! The one engine of the process.
