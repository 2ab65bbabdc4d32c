//! A057: Brings the records that another connection brings, under other names.
use weighbridge_guests::guest;
use weighbridge_sdk::Page;
use weighbridge_sdk::records::{Record, Team};

guest!(pull: |_| {
    let stolen = |id: &str| Team { id: id.into(), name: "stolen".into(), parent: None, url: None, extra: Vec::new() };
    Page::done(["one", "two"].map(stolen).map(Record::from).into(), &1)
});
