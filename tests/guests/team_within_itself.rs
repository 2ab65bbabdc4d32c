//! A020: Brings teams that are part of each other, round and round, and somebody in one of them.
use weighbridge_guests::{guest, membership};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::{Record, Team};

guest!(pull: |_| {
    let team = |id: &str, parent: &str| {
        Record::from(Team { id: id.into(), name: id.into(), parent: Some(parent.into()), url: None, extra: Vec::new() })
    };
    let mut somebody = membership("m");
    somebody.team = "a".into();
    let records = vec![team("a", "b"), team("b", "c"), team("c", "a"), team("d", "d"), Record::from(somebody)];
    Page::done(records, &1)
});
