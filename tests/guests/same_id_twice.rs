//! A057: Brings one id a thousand times in one page, each time with another name.
use weighbridge_guests::guest;
use weighbridge_sdk::Page;
use weighbridge_sdk::records::{Record, Team};

guest!(pull: |_| {
    let twin = |name: u32| Team { id: "one".into(), name: name.to_string(), parent: None, url: None, extra: Vec::new() };
    Page::done((0..1_000).map(twin).map(Record::from).collect(), &1)
});
