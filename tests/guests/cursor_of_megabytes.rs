//! A056: Has a cursor of seven megabytes.
use weighbridge_guests::guest;
use weighbridge_sdk::{Next, Page};

guest!(pull: |_| Ok(Page { records: Vec::new(), next: Next::More("x".repeat(7 << 20)) }));
