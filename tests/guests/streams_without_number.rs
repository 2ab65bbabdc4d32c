//! A055: Has ten thousand streams, and one.
use weighbridge_guests::guest;
use weighbridge_sdk::records::RecordKind;
use weighbridge_sdk::{Page, Stream};

guest!(
    streams: Ok((0..10_001).map(|number: u32| Stream::incremental(number.to_string(), [RecordKind::Team])).collect()),
    pull: |_| Page::done(Vec::new(), &1)
);
