//! Memory, tables and instances of one call.
//!
//! A guest that is refused sees only a failed `memory.grow` and usually answers with `unreachable`, so what was refused is
//! written down here for the report.

use domain::Budget;
use wasmtime::{ResourceLimiter, Result};

/// Core instances of one component: its module, and the two that tie it to its imports.
pub(crate) const CORE_INSTANCES: u32 = 3;
/// Tables of one component: its module's, and that of its imports.
pub(crate) const TABLES: u32 = 2;
/// Linear memories of one component.
pub(crate) const MEMORIES: u32 = 1;

/// What was asked for and refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Denied {
    /// What the sum would have been, in bytes or elements.
    pub(crate) asked: u64,
}

/// The limiter of one call.
#[derive(Debug)]
pub(crate) struct Limits {
    memory: Held,
    tables: Held,
}

/// What a call has of one thing, and what it was refused.
#[derive(Debug)]
struct Held {
    most: usize,
    now: usize,
    denied: Option<Denied>,
}

impl Held {
    const fn new(most: u32) -> Self {
        Self { most: most as usize, now: 0, denied: None }
    }

    fn grow(&mut self, current: usize, desired: usize) -> bool {
        let sum = self.now.saturating_add(desired.saturating_sub(current));
        let fits = sum <= self.most;
        if fits {
            self.now = sum;
        } else {
            self.denied = Some(Denied { asked: sum as u64 });
        }
        fits
    }
}

impl Limits {
    /// At most so much linear memory, and so many elements of tables, in all.
    pub(crate) const fn new(budget: &Budget) -> Self {
        Self { memory: Held::new(budget.memory_bytes), tables: Held::new(budget.table_elements) }
    }

    /// The most linear memory that there was, in bytes. Memory never shrinks, so it is what there is now.
    pub(crate) const fn peak(&self) -> u64 {
        self.memory.now as u64
    }

    /// The elements of all tables, which never shrink either.
    pub(crate) const fn table_elements(&self) -> u64 {
        self.tables.now as u64
    }

    /// The last growth of memory that was refused.
    pub(crate) const fn denied(&self) -> Option<Denied> {
        self.memory.denied
    }

    /// The last growth of a table that was refused.
    pub(crate) const fn denied_table(&self) -> Option<Denied> {
        self.tables.denied
    }
}

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        Ok(self.memory.grow(current, desired))
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        Ok(self.tables.grow(current, desired))
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
    fn memory_and_tables_are_counted_as_sums_and_a_refusal_is_remembered() {
        let mut limits = Limits::new(&Budget { memory_bytes: 100, table_elements: 10, ..Budget::default() });
        assert!(limits.memory_growing(0, 60, None).expect("an answer"));
        assert!(!limits.memory_growing(0, 50, None).expect("an answer"));
        assert_eq!((limits.peak(), limits.denied()), (60, Some(Denied { asked: 110 })));
        assert!(limits.memory_growing(60, 100, None).expect("an answer"));
        assert!(limits.table_growing(0, 6, None).expect("an answer"));
        assert!(!limits.table_growing(0, 5, None).expect("an answer"));
        assert_eq!((limits.table_elements(), limits.denied_table()), (6, Some(Denied { asked: 11 })));
    }

    #[test]
    fn a_component_is_one_module_with_what_ties_it_to_its_imports() {
        let limits = Limits::new(&Budget::default());
        assert_eq!((limits.instances(), limits.tables(), limits.memories()), (3, 2, 1));
    }
}
