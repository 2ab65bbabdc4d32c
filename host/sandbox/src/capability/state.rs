//! `state`: a small store of the connection. What a call changes leaves with its outcome, and the host commits it with
//! the page or not at all.

use std::collections::BTreeMap;

use wasmtime::component::{HasSelf, Linker};

use crate::bindings::weighbridge::connector::state as wit;
use crate::call::CallState;

/// The longest key, in bytes.
const KEY: usize = 256;

/// What an entry costs beside its text, in bytes, so that empty ones are not free.
const ENTRY: usize = 64;
/// Entries of one connection.
const ENTRIES: usize = 1_024;

/// The entries, as this call sees them.
#[derive(Debug)]
pub(crate) struct State {
    entries: BTreeMap<String, String>,
    quota: usize,
    used: usize,
    /// The most bytes that one call handed over.
    longest: usize,
    changed: bool,
    /// Whether an entry was refused for the quota.
    met: bool,
}

impl State {
    pub(crate) fn new(entries: BTreeMap<String, String>, quota: u32) -> Self {
        let used = total(&entries);
        Self { entries, quota: quota as usize, used, longest: 0, changed: false, met: false }
    }

    /// What the entries cost, in bytes.
    pub(crate) fn used(&self) -> u64 {
        self.used as u64
    }

    /// The most bytes that were handed over at once.
    pub(crate) fn longest(&self) -> u64 {
        self.longest as u64
    }

    /// Whether an entry was refused for the quota.
    pub(crate) fn met(&self) -> bool {
        self.met
    }

    /// As much as the entries of a call may cost after it: its quota, and what they cost before where that was more, since
    /// an operator may lower a quota under what is there.
    pub(crate) fn room(before: &BTreeMap<String, String>, quota: u32) -> usize {
        total(before).max(quota as usize)
    }

    /// Whether entries that were made elsewhere are such as could have been made here.
    pub(crate) fn fits(entries: &BTreeMap<String, String>, room: usize) -> bool {
        let keys = entries.keys().all(|key| !key.is_empty() && key.len() <= KEY);
        keys && entries.len() <= ENTRIES && total(entries) <= room
    }

    /// The entries, if the call changed any.
    pub(crate) fn into_changes(self) -> Option<BTreeMap<String, String>> {
        self.changed.then_some(self.entries)
    }
}

impl wit::Host for State {
    fn get(&mut self, key: String) -> Option<String> {
        self.entries.get(&key).cloned()
    }

    fn set(&mut self, key: String, value: String) -> Result<(), wit::StateError> {
        self.longest = self.longest.max(key.len() + value.len());
        if key.is_empty() || key.len() > KEY {
            return Err(wit::StateError::Key);
        }
        let before = self.entries.get(&key);
        let is_one_too_many = before.is_none() && self.entries.len() >= ENTRIES;
        let after = self.used - before.map_or(0, |old| cost(&key, old)) + cost(&key, &value);
        self.met |= after > self.quota;
        if is_one_too_many || after > self.quota {
            return Err(wit::StateError::Quota);
        }
        self.used = after;
        self.changed = true;
        self.entries.insert(key, value);
        Ok(())
    }

    fn remove(&mut self, key: String) {
        if let Some(value) = self.entries.remove(&key) {
            self.used -= cost(&key, &value);
            self.changed = true;
        }
    }

    fn keys(&mut self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }
}

fn total(entries: &BTreeMap<String, String>) -> usize {
    entries.iter().map(|(key, value)| cost(key, value)).sum()
}

fn cost(key: &str, value: &str) -> usize {
    ENTRY + key.len() + value.len()
}

/// Make the interface exist.
pub(crate) fn link(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    wit::add_to_linker::<_, HasSelf<State>>(linker, |call| {
        call.meter.host_call();
        &mut call.state
    })
}

#[cfg(test)]
mod tests {
    use super::wit::Host;
    use super::*;

    #[test]
    fn the_quota_counts_what_stays_and_reading_changes_nothing() {
        let mut state = State::new(BTreeMap::from([("a".to_owned(), "12345".to_owned())]), 10 + 64);
        assert_eq!(state.get("a".to_owned()).as_deref(), Some("12345"));
        assert!(!state.changed);
        assert!(matches!(state.set("b".to_owned(), "12345".to_owned()), Err(wit::StateError::Quota)));
        assert!(state.set("a".to_owned(), "123456789".to_owned()).is_ok());
        state.remove("a".to_owned());
        assert!(state.set("b".to_owned(), "123456789".to_owned()).is_ok());
        assert_eq!(state.into_changes(), Some(BTreeMap::from([("b".to_owned(), "123456789".to_owned())])));
    }

    #[test]
    fn what_is_there_can_be_made_less_where_the_quota_was_lowered() {
        let before = BTreeMap::from([("a".to_owned(), "1".repeat(99)), ("b".to_owned(), String::new())]);
        let room = State::room(&before, 10);
        let mut state = State::new(before, 10);
        assert!(matches!(state.set("a".to_owned(), "2".repeat(99)), Err(wit::StateError::Quota)));
        assert!(state.met());
        state.remove("b".to_owned());
        let after = state.into_changes().expect("changes");
        assert!(State::fits(&after, room) && !State::fits(&after, 10));
    }

    #[test]
    fn keys_have_a_length() {
        let mut state = State::new(BTreeMap::new(), 1_000);
        assert!(matches!(state.set(String::new(), String::new()), Err(wit::StateError::Key)));
        assert!(matches!(state.set("k".repeat(257), String::new()), Err(wit::StateError::Key)));
        assert_eq!(state.into_changes(), None);
    }

    #[test]
    fn empty_entries_are_not_free_and_not_without_number() {
        let set = |state: &mut State, key: usize| state.set(key.to_string(), String::new()).is_ok();
        let mut poor = State::new(BTreeMap::new(), 10 * (64 + 1));
        assert_eq!((0..20).filter(|key| set(&mut poor, *key)).count(), 10);
        let mut rich = State::new(BTreeMap::new(), u32::MAX);
        assert_eq!((0..5_000).filter(|key| set(&mut rich, *key)).count(), 1_024);
        assert!(rich.set("0".to_owned(), "more".to_owned()).is_ok(), "what is there can be written again");
    }
}
