//! A056: Has a cursor over four kilobytes, past the kit that would not let it.
use weighbridge_guests::guest;
use weighbridge_sdk::{Next, Page};

guest!(pull: |_| Ok(Page { records: Vec::new(), next: Next::Done("x".repeat(4 * 1024 + 1)) }));
