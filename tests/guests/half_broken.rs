//! A016: Has two streams, and traps in one of them.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::records::RecordKind;
use weighbridge_sdk::{Page, Stream};

guest!(
    streams: Ok(["broken", "whole"].map(|name| Stream::incremental(name, [RecordKind::Team])).into()),
    pull: |call| {
        assert_ne!(call.stream, "broken", "on purpose");
        Page::done(vec![team("one")], &1)
    }
);
