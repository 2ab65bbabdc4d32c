//! How much work a call has done. A connector sees no clock, so work is counted: one unit is about one byte that was
//! inflated, hashed and compared. The counts depend on the repository alone, so a recorded call replays exactly.

use std::cell::Cell;

use crate::error::{Error, Result};

/// A counter with a limit.
#[derive(Debug)]
pub(crate) struct Effort {
    spent: Cell<u64>,
    limit: Cell<u64>,
}

impl Effort {
    /// No limit yet.
    pub(crate) const fn unlimited() -> Self {
        Self { spent: Cell::new(0), limit: Cell::new(u64::MAX) }
    }

    /// Count `units`.
    ///
    /// # Errors
    /// [`Error::Exhausted`] when the limit is passed.
    pub(crate) fn spend(&self, units: u64) -> Result<()> {
        let spent = self.spent.get().saturating_add(units);
        self.spent.set(spent);
        if spent > self.limit.get() { Err(Error::Exhausted) } else { Ok(()) }
    }

    /// Allow `units` from here on.
    pub(crate) fn allow(&self, units: u64) {
        self.limit.set(self.spent.get().saturating_add(units));
    }

    /// No limit from here on.
    pub(crate) fn lift(&self) {
        self.limit.set(u64::MAX);
    }

    /// What was counted so far.
    pub(crate) fn spent(&self) -> u64 {
        self.spent.get()
    }
}
