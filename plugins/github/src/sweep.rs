//! Lists that are read whole each time. The cursor is the next page; an entity tag is of no use, since a sweep begins
//! without a cursor and what it does not see is deleted.

use serde::{Deserialize, Serialize};
use weighbridge_sdk::records::Record;
use weighbridge_sdk::{Failure, Page};

/// Where a sweep stands.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Sweep {
    /// Path and query of the next page; none: the first.
    next: Option<String>,
}

impl Sweep {
    /// A sweep that has come to this page.
    pub(crate) fn at(next: String) -> Self {
        Self { next: Some(next) }
    }

    /// The page to ask for.
    pub(crate) fn path(&self, first: impl FnOnce() -> String) -> String {
        self.next.clone().unwrap_or_else(first)
    }

    /// The page of records, and how to go on.
    pub(crate) fn page(records: Vec<Record>, next: Option<String>) -> Result<Page, Failure> {
        match next {
            Some(_) => Page::more(records, &Self { next }),
            None => Page::done(records, &Self::default()),
        }
    }
}
