//! The course of a stream within one run: whether its cursors lead anywhere.
//!
//! A source whose links run in a circle, or a connector that loses its way, would turn pages for ever, and each page would
//! be in order by itself.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use domain::{Next, Page};

/// Pages in a row that may bring nothing and say that there is more.
const MOST_EMPTY: u32 = 500;

/// Where a stream has been in this run.
pub(super) struct Course {
    /// Digests of cursors, under a key that nobody can choose cursors by.
    seen: HashSet<u64>,
    hasher: RandomState,
    empty: u32,
}

/// Why a stream would never end.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Lost {
    /// It is where it was.
    #[error("the page says that there is more, at a cursor where this run has been: the stream would never end")]
    Circle,
    /// It goes on and on, and finds nothing.
    #[error("{MOST_EMPTY} pages in a row brought nothing and said that there is more: the stream would never end")]
    Nowhere,
}

impl Course {
    /// A course that begins at this cursor.
    pub(super) fn from(cursor: Option<&str>) -> Self {
        let hasher = RandomState::new();
        let seen = cursor.iter().map(|cursor| hasher.hash_one(cursor)).collect();
        Self { seen, hasher, empty: 0 }
    }

    /// Go where a page says that there is more.
    pub(super) fn go(&mut self, page: &Page) -> Result<(), Lost> {
        let Next::More(cursor) = &page.next else { return Ok(()) };
        if !self.seen.insert(self.hasher.hash_one(cursor.as_str())) {
            return Err(Lost::Circle);
        }
        self.empty = if page.records.is_empty() { self.empty + 1 } else { 0 };
        if self.empty > MOST_EMPTY { Err(Lost::Nowhere) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn more(cursor: &str) -> Page {
        Page { records: Vec::new(), next: Next::More(cursor.to_owned()) }
    }

    #[test]
    fn a_cursor_that_returns_is_a_circle_and_the_end_is_none() {
        let mut course = Course::from(Some("a"));
        assert_eq!(course.go(&more("b")), Ok(()));
        assert_eq!(course.go(&more("c")), Ok(()));
        assert_eq!(course.go(&Page { records: Vec::new(), next: Next::Done("a".to_owned()) }), Ok(()));
        assert_eq!(course.go(&more("a")), Err(Lost::Circle));
        assert_eq!(Course::from(None).go(&more("")), Ok(()), "no cursor is not an empty one");
    }

    #[test]
    fn pages_of_nothing_end() {
        let mut course = Course::from(None);
        let went = (0..).map(|at| course.go(&more(&at.to_string()))).take_while(Result::is_ok).count();
        assert_eq!(went, 500);
    }
}
