//! A bounded memory of what was read lately.

use std::collections::HashMap;
use std::hash::Hash;

/// Values by key, with a weight in bytes. Over its limit it forgets the half that was not asked for the longest.
#[derive(Debug)]
pub(super) struct Cache<K, V> {
    entries: HashMap<K, Slot<V>>,
    clock: u64,
    held: usize,
    limit: usize,
}

#[derive(Debug)]
struct Slot<V> {
    used: u64,
    weight: usize,
    value: V,
}

impl<K: Eq + Hash + Copy, V: Clone> Cache<K, V> {
    /// A cache of at most `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { entries: HashMap::new(), clock: 0, held: 0, limit }
    }

    pub(super) fn get(&mut self, key: &K) -> Option<V> {
        self.clock += 1;
        let slot = self.entries.get_mut(key)?;
        slot.used = self.clock;
        Some(slot.value.clone())
    }

    pub(super) fn put(&mut self, key: K, weight: usize, value: V) {
        // What fills a quarter of the cache by itself would only drive out what is asked for again.
        if weight > self.limit / 4 {
            return;
        }
        if self.held + weight > self.limit {
            self.forget_half();
        }
        self.clock += 1;
        let slot = Slot { used: self.clock, weight, value };
        let before = self.entries.insert(key, slot).map_or(0, |slot| slot.weight);
        self.held = self.held + weight - before;
    }

    fn forget_half(&mut self) {
        let mut ages: Vec<u64> = self.entries.values().map(|slot| slot.used).collect();
        if ages.is_empty() {
            return;
        }
        let middle = ages.len() / 2;
        let (_, median, _) = ages.select_nth_unstable(middle);
        let median = *median;
        self.entries.retain(|_, slot| slot.used > median);
        self.held = self.entries.values().map(|slot| slot.weight).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_lately_outlives_what_was_not() {
        let mut cache = Cache::new(40);
        for key in 0..4 {
            cache.put(key, 10, key);
        }
        assert_eq!((cache.get(&0), cache.get(&1)), (Some(0), Some(1)));
        cache.put(4, 10, 4);
        assert_eq!(cache.get(&2), None, "the least recently used half is gone");
        assert_eq!((cache.get(&1), cache.get(&4)), (Some(1), Some(4)));
        assert!(cache.held <= 40);
    }
}
