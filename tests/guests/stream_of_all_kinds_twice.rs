//! A011, A020: Lists a kind a thousand times.
use weighbridge_guests::guest;
use weighbridge_sdk::records::RecordKind;
use weighbridge_sdk::{Page, Stream};

guest!(
    streams: Ok(vec![Stream::incremental("all", vec![RecordKind::Team; 1_000])]),
    pull: |_| Page::done(Vec::new(), &1)
);
