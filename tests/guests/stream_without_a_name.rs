//! A020: Has a stream without a name.
use weighbridge_guests::guest;
use weighbridge_sdk::records::RecordKind;
use weighbridge_sdk::{Page, Stream};

guest!(
    streams: Ok(vec![Stream::incremental("", [RecordKind::Team])]),
    pull: |_| Page::done(Vec::new(), &1)
);
