//! A020, A033: Has a stream of a kind that its manifest does not declare.
use weighbridge_guests::guest;
use weighbridge_sdk::records::RecordKind;
use weighbridge_sdk::{Page, Stream};

guest!(
    streams: Ok(vec![Stream::incremental("all", [RecordKind::Person])]),
    pull: |_| Page::done(Vec::new(), &1)
);
