//! A015: Has a stream whose name clears the screen.
use weighbridge_guests::guest;
use weighbridge_sdk::records::RecordKind;
use weighbridge_sdk::{Page, Stream};

guest!(
    streams: Ok(vec![Stream::incremental("\u{1b}[2J", [RecordKind::Team])]),
    pull: |_| Page::done(Vec::new(), &1)
);
