//! What a session did, for the record of its run: where requests went and how they ended, without queries and bodies.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use domain::exchange::ExchangeError;

/// How many entries are kept; a call cannot send as many, only be denied more often.
const MAX_ENTRIES: usize = 1024;
/// How much of a path is kept, in characters.
const MAX_PATH: usize = 512;
/// How much of an error is kept, in bytes: guests have a say in it.
const MAX_ERROR: usize = 256;

/// One request, sent or denied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EgressEntry {
    /// The host; empty if the URL could not be read.
    pub host: String,
    /// The method as the plugin wrote it, shortened and without control characters.
    pub method: String,
    /// The path without its query, shortened.
    pub path: String,
    /// The status of the answer, if one came.
    pub status: Option<u16>,
    /// Why the request failed, if it did, shortened.
    pub error: Option<String>,
    /// Bytes of the body as they came in, or as they inflated to: whichever are more.
    pub bytes_in: u64,
    /// Bytes of the request: address, headers and body, once it was sent.
    pub bytes_out: u64,
    /// From the call of `send` to its end, in milliseconds.
    pub millis: u64,
}

/// The entries of a session, in the order in which their requests ended.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: Mutex<Vec<EgressEntry>>,
}

impl Log {
    /// Opens an entry. It is written when it is dropped, so that a request that is abandoned is on record too.
    pub(crate) fn open(&self, method: &str) -> OpenEntry<'_> {
        let method = method.chars().filter(char::is_ascii_graphic).take(16).collect();
        let error = Some("abandoned".to_owned());
        OpenEntry { log: self, started: Instant::now(), entry: EgressEntry { method, error, ..EgressEntry::default() } }
    }

    pub(crate) fn entries(&self) -> Vec<EgressEntry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// An entry whose request has not ended.
pub(crate) struct OpenEntry<'l> {
    log: &'l Log,
    started: Instant,
    pub(crate) entry: EgressEntry,
}

impl OpenEntry<'_> {
    /// Names where the request goes.
    pub(crate) fn goes_to(&mut self, host: &str, path: &str) {
        host.clone_into(&mut self.entry.host);
        self.entry.path = path.chars().take(MAX_PATH).collect();
    }

    /// Notes how it ended; the time so far, in milliseconds.
    pub(crate) fn end(&mut self, error: Option<&ExchangeError>) -> u64 {
        self.entry.error = error.map(|error| {
            let mut text = error.to_string();
            text.truncate(text.floor_char_boundary(MAX_ERROR));
            text
        });
        self.entry.millis = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.entry.millis
    }
}

impl Drop for OpenEntry<'_> {
    fn drop(&mut self) {
        let mut entries = self.log.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() < MAX_ENTRIES {
            entries.push(std::mem::take(&mut self.entry));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_does_not_grow_with_its_error() {
        let log = Log::default();
        log.open("GET").end(Some(&ExchangeError::Denied("é".repeat(16_000))));
        let kept = log.entries().remove(0).error.expect("an error");
        assert!(kept.starts_with("denied: é") && (MAX_ERROR - 1..=MAX_ERROR).contains(&kept.len()), "{}", kept.len());
    }
}
