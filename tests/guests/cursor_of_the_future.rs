//! A056: Has a cursor that says that everything up to the year 9999 was read.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Next, Page};

guest!(pull: |_| {
    let next = Next::Done(r#"{"since":"9999-12-31T23:59:59Z","connection":"another"}"#.into());
    Ok(Page { records: vec![team("one")], next })
});
