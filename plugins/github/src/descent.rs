//! Lists without `since`, newest first: walked from the top down to what the last walk began with.
//!
//! What changes meanwhile moves to the top, and is met by the next walk; what is below it moves down, so that some comes
//! twice and nothing is missed. The entity tag of the first page says whether there is anything to walk for.

use serde::{Deserialize, Serialize};
use weighbridge_sdk::http::Response;
use weighbridge_sdk::records::Record;
use weighbridge_sdk::{Failure, Page};

use crate::api;

/// Where a walk stands. Instants are texts as GitHub writes them, which compare as instants do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Descent {
    /// Everything up to here has been brought.
    mark: Option<String>,
    /// What `mark` becomes when this walk ends: the newest that it met.
    newest: Option<String>,
    /// The oldest that this walk met unfinished: it will change without moving up, so `mark` may not pass it.
    unfinished: Option<String>,
    /// Path and query of the next page of this walk; none: a walk begins.
    next: Option<String>,
    /// The entity tag of the first page.
    etag: Option<String>,
}

impl Descent {
    /// Whether a walk begins here.
    pub(crate) fn begins(&self) -> bool {
        self.next.is_none()
    }

    /// Everything up to here has been brought by earlier walks.
    pub(crate) fn mark(&self) -> Option<&str> {
        self.mark.as_deref()
    }

    /// Ask for the page; none where there is nothing new, or there is no such list.
    pub(crate) fn fetch(&self, first: impl FnOnce() -> String) -> Result<Option<Response>, Failure> {
        let request = match &self.next {
            Some(next) => api::request(next),
            None => api::request(&first()).if_none_match(self.etag.as_deref()),
        };
        api::list(request)
    }

    /// End the walk without a page.
    pub(crate) fn rest(mut self) -> Result<Page, Failure> {
        self.end();
        Page::done(Vec::new(), &self)
    }

    /// Whether an item has to be brought: it is not older than the mark, nor than where history begins.
    pub(crate) fn is_due(&self, at: &str, since: Option<&str>) -> bool {
        self.mark().max(since).is_none_or(|floor| at >= floor)
    }

    /// Note an item that this walk met.
    pub(crate) fn note(&mut self, at: &str, finished: bool) {
        if self.newest.as_deref().is_none_or(|newest| at > newest) {
            self.newest = Some(at.to_owned());
        }
        if !finished && self.unfinished.as_deref().is_none_or(|oldest| at < oldest) {
            self.unfinished = Some(at.to_owned());
        }
    }

    /// End a page: go on below it, or end the walk where the page went below the mark or is the last.
    pub(crate) fn page(mut self, records: Vec<Record>, response: &Response, below_mark: bool) -> Result<Page, Failure> {
        if self.begins() {
            self.etag = response.etag();
        }
        self.next = if below_mark { None } else { api::next(response)? };
        if self.next.is_some() {
            return Page::more(records, &self);
        }
        self.end();
        Page::done(records, &self)
    }

    fn end(&mut self) {
        self.next = None;
        // What is unfinished changes without a change of the first page, where it stands further down.
        if self.unfinished.is_some() {
            self.etag = None;
        }
        let newest = self.newest.take();
        self.mark = self.unfinished.take().or(newest).or(self.mark.take());
    }
}
