//! What the tests of the whole share.

pub mod kit;
pub mod soak;
pub mod upstream;
