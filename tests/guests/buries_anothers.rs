//! A057: Says that the records of another connection are deleted.
use weighbridge_guests::guest;
use weighbridge_sdk::Page;
use weighbridge_sdk::records::{Record, RecordKind, Tombstone};

guest!(pull: |_| {
    let buried = |id: &str| Record::from(Tombstone { kind: RecordKind::Team, id: id.into() });
    Page::done(["one", "two"].map(buried).into(), &1)
});
