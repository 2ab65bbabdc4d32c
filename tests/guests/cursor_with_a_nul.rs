//! A056: Has a cursor that ends for some before it ends for others.
use weighbridge_guests::guest;
use weighbridge_sdk::{Next, Page};

guest!(pull: |_| Ok(Page { records: Vec::new(), next: Next::Done("a\0b".into()) }));
