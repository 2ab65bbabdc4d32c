//! A057: Sweeps an empty source, so that all there was would be deleted.
use weighbridge_guests::guest;
use weighbridge_sdk::records::RecordKind;
use weighbridge_sdk::{Page, Stream};

guest!(
    streams: Ok(vec![Stream::sweep("all", [RecordKind::Team, RecordKind::Membership])]),
    pull: |_| Page::done(Vec::new(), &1)
);
