//! A020: Has two streams of one name.
use weighbridge_guests::guest;
use weighbridge_sdk::records::RecordKind;
use weighbridge_sdk::{Page, Stream};

guest!(
    streams: Ok(vec![Stream::incremental("all", [RecordKind::Team]), Stream::sweep("all", [RecordKind::Team])]),
    pull: |_| Page::done(Vec::new(), &1)
);
