//! A015: Has a stream whose name turns the reading direction.
use weighbridge_guests::guest;
use weighbridge_sdk::records::RecordKind;
use weighbridge_sdk::{Page, Stream};

guest!(
    streams: Ok(vec![Stream::incremental("all\u{202e}lla", [RecordKind::Team])]),
    pull: |_| Page::done(Vec::new(), &1)
);
