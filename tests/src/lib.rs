//! What the tests of the whole share.

pub mod durability;
pub mod kit;
pub mod soak;
pub mod upstream;
