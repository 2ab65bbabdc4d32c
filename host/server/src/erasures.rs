//! What was erased for good, in a ledger beside the databases: `erasures.json`.
//!
//! A backup is older than what was erased after it, and brings it back. So every erasure is an entry of the ledger before
//! anything is erased; every backup carries the ledger of its time; a restore is given the newest that there is, and erases
//! again what it names; and whoever opens the store finishes what a killed process began. An entry names ids alone.

mod ledger;
mod purge;

pub use ledger::{Erasure, FILE, Ledger, LedgerError};
pub use purge::{Purged, enforce, purge};
