//! The test kit: run a connector natively, on recorded traffic.
pub(crate) use stage::{Answer, stage};
mod stage;
