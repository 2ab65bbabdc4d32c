//! What a session did, for the record of its run: where requests went and how they ended, without queries and bodies.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
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
    /// The same with its variable parts replaced, for those who look at the run.
    pub template: String,
    /// Whether the session had sent the same request before, and it had failed.
    pub retry: bool,
    /// The status of the answer, if one came.
    pub status: Option<u16>,
    /// Whether it was stopped before anything was sent: not granted, over a budget, or told to wait.
    pub refused: bool,
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
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    entries: Vec<EgressEntry>,
    /// The requests that failed, by method and URL.
    failed: HashSet<u64>,
}

impl Log {
    /// Opens an entry. It is written when it is dropped, so that a request that is abandoned is on record too.
    pub(crate) fn open(&self, method: &str, url: &str) -> OpenEntry<'_> {
        let mut hasher = DefaultHasher::new();
        (method, url).hash(&mut hasher);
        let what = hasher.finish();
        let retry = self.kept().failed.contains(&what);
        let method = method.chars().filter(char::is_ascii_graphic).take(16).collect();
        let error = Some("abandoned".to_owned());
        let entry = EgressEntry { method, error, retry, ..EgressEntry::default() };
        OpenEntry { log: self, started: Instant::now(), what, entry }
    }

    pub(crate) fn entries(&self) -> Vec<EgressEntry> {
        self.kept().entries.clone()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An entry whose request has not ended.
pub(crate) struct OpenEntry<'l> {
    log: &'l Log,
    started: Instant,
    what: u64,
    pub(crate) entry: EgressEntry,
}

impl OpenEntry<'_> {
    /// Names where the request goes.
    pub(crate) fn goes_to(&mut self, host: &str, path: &str, template: String) {
        host.clone_into(&mut self.entry.host);
        self.entry.template = template;
        self.entry.path = path.chars().take(MAX_PATH).collect();
    }

    /// Notes how it ended; the time so far, in milliseconds.
    pub(crate) fn end(&mut self, error: Option<&ExchangeError>) -> u64 {
        let refusal = |error: &ExchangeError| {
            matches!(error, ExchangeError::Denied(_) | ExchangeError::Budget(_) | ExchangeError::RateLimited(_))
        };
        self.entry.refused = self.entry.status.is_none() && error.is_some_and(refusal);
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
        let mut kept = self.log.kept();
        if kept.entries.len() < MAX_ENTRIES {
            let failed =
                self.entry.error.is_some() || self.entry.status.is_some_and(|status| status == 429 || status >= 500);
            if failed {
                kept.failed.insert(self.what);
            }
            kept.entries.push(std::mem::take(&mut self.entry));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_does_not_grow_with_its_error() {
        let log = Log::default();
        log.open("GET", "https://a.test/").end(Some(&ExchangeError::Denied("é".repeat(16_000))));
        let kept = log.entries().remove(0).error.expect("an error");
        assert!(kept.starts_with("denied: é") && (MAX_ERROR - 1..=MAX_ERROR).contains(&kept.len()), "{}", kept.len());
    }

    #[test]
    fn a_request_that_is_abandoned_says_so_and_its_next_try_is_a_retry() {
        let log = Log::default();
        drop(log.open("GET", "https://a.test/"));
        log.open("GET", "https://a.test/").end(None);
        let seen: Vec<_> = log.entries().into_iter().map(|entry| (entry.error, entry.retry)).collect();
        assert_eq!(seen, [(Some("abandoned".to_owned()), false), (None, true)]);
    }

    #[test]
    fn the_same_request_after_a_failure_is_a_retry() {
        let log = Log::default();
        let send = |url: &str, status| {
            let mut open = log.open("GET", url);
            open.entry.status = Some(status);
            open.end(None);
        };
        for (url, status) in [("/a", 503), ("/b", 200), ("/a", 200), ("/b", 200)] {
            send(url, status);
        }
        let retries: Vec<bool> = log.entries().iter().map(|entry| entry.retry).collect();
        assert_eq!(retries, [false, false, true, false]);
    }

    #[test]
    fn so_many_entries_are_kept_and_each_says_how_it_ended() {
        let log = Log::default();
        for at in 0..MAX_ENTRIES + 2 {
            let mut open = log.open("GET", "/");
            open.goes_to("a.test", &format!("/{at}"), String::new());
            open.end(None);
        }
        let entries = log.entries();
        assert_eq!((entries.len(), entries[0].path.as_str()), (1024, "/0"), "the first ones");
    }

    #[test]
    fn what_was_asked_to_wait_or_failed_is_tried_again_and_what_was_sent_was_not_refused() {
        let log = Log::default();
        let send = |url: &str, status, error: Option<ExchangeError>| {
            let mut open = log.open("GET", url);
            open.entry.status = status;
            open.end(error.as_ref());
        };
        let (late, denied) = (Some(ExchangeError::Timeout), Some(ExchangeError::Denied("no".to_owned())));
        send("/wait", Some(429), None);
        send("/wait", Some(404), None);
        send("/wrong", Some(404), None);
        send("/wrong", None, denied.clone());
        send("/late", None, late);
        send("/late", Some(200), denied);
        let seen: Vec<_> = log.entries().iter().map(|entry| (entry.retry, entry.refused)).collect();
        let expected = [(false, false), (true, false), (false, false), (false, true), (false, false), (true, false)];
        assert_eq!(seen, expected);
    }
}
