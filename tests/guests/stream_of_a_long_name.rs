//! A011: Has a stream with a name of three hundred bytes.
use weighbridge_guests::guest;
use weighbridge_sdk::records::RecordKind;
use weighbridge_sdk::{Page, Stream};

guest!(
    streams: Ok(vec![Stream::incremental("x".repeat(300), [RecordKind::Team])]),
    pull: |_| Page::done(Vec::new(), &1)
);
