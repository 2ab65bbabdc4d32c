//! What storage promises, tried on the real command: hosts are killed, their disks fail, and they are stopped until their
//! leases have gone on to others. Whatever was done to a host, its next sync ends with what an undisturbed one holds.
//!
//! [`crashes`] kills, [`writes`] lets the so-manieth write fail, [`stops`] stops and wakes. Each runs for as long as it is
//! told: briefly in the tests, at length in `cargo xtask soak`. All of them work in a [`Field`]: a source, and data
//! directories to begin with. Chance follows from a seed that is told when something breaks; how far a host has come by a
//! moment does not, but how far it has come by its so-manieth write nearly does.

mod crashes;
mod field;
mod lanes;
mod older;
mod stops;
mod writes;

pub use crashes::crashes;
pub use field::{Beginning, Field, Size};
pub use stops::stops;
pub use writes::{Which, writes};
