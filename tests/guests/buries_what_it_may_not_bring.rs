//! A020, A057: Says that repositories are deleted, which it may not bring.
use weighbridge_guests::guest;
use weighbridge_sdk::Page;
use weighbridge_sdk::records::{Record, RecordKind, Tombstone};

guest!(pull: |_| {
    Page::done(vec![Record::from(Tombstone { kind: RecordKind::Repository, id: "shop".into() })], &1)
});
