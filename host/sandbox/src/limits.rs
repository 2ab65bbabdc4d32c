//! Memory, tables and instances of one call.
//!
//! A guest that is refused memory sees only a failed `memory.grow` and usually answers with `unreachable`, so what was
//! refused is written down here for the report.

use domain::Budget;
use wasmtime::{ResourceLimiter, Result};

use crate::bindings::weighbridge::connector::records::Record;

/// Core instances of one component: its module, and the two that tie it to its imports.
pub(crate) const CORE_INSTANCES: u32 = 3;
/// Tables of one component: its module's, and that of its imports.
pub(crate) const TABLES: u32 = 2;
/// Linear memories of one component.
pub(crate) const MEMORIES: u32 = 1;
/// Elements of one table.
pub(crate) const TABLE_ELEMENTS: usize = 20_000;
/// Handles that a guest holds at a time, its own and the host's.
pub(crate) const HANDLES: usize = 1_024;
/// Calls of the host in one call of the guest, refused ones too. A page of ten thousand records needs a few for each.
pub(crate) const HOST_CALLS: u32 = 100_000;

/// What a guest can hand over at once, in bytes. The host's own size of a record is counted too, since that is what the
/// host has to hold.
pub(crate) const fn host_data(budget: &Budget) -> usize {
    budget.page_bytes as usize + budget.records as usize * size_of::<Record>()
}

/// Memory that was asked for and refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Denied {
    /// What the sum would have been, in bytes.
    pub(crate) asked: u64,
}

/// The limiter of one call.
#[derive(Debug)]
pub(crate) struct Limits {
    memory_bytes: usize,
    held: usize,
    denied: Option<Denied>,
}

impl Limits {
    /// At most so many bytes of linear memory in all.
    pub(crate) const fn new(memory_bytes: usize) -> Self {
        Self { memory_bytes, held: 0, denied: None }
    }

    /// The most linear memory that there was, in bytes. Memory never shrinks, so it is what there is now.
    pub(crate) const fn peak(&self) -> u64 {
        self.held as u64
    }

    /// The last growth that was refused.
    pub(crate) const fn denied(&self) -> Option<Denied> {
        self.denied
    }
}

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let sum = self.held.saturating_add(desired.saturating_sub(current));
        let fits = sum <= self.memory_bytes;
        if fits {
            self.held = sum;
        } else {
            self.denied = Some(Denied { asked: sum as u64 });
        }
        Ok(fits)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }

    fn instances(&self) -> usize {
        CORE_INSTANCES as usize
    }

    fn tables(&self) -> usize {
        TABLES as usize
    }

    fn memories(&self) -> usize {
        MEMORIES as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_counted_as_a_sum_and_a_refusal_is_remembered() {
        let mut limits = Limits::new(100);
        assert!(limits.memory_growing(0, 60, None).expect("an answer"));
        assert!(!limits.memory_growing(0, 50, None).expect("an answer"));
        assert_eq!((limits.peak(), limits.denied()), (60, Some(Denied { asked: 110 })));
        assert!(limits.memory_growing(60, 100, None).expect("an answer"));
    }
}
