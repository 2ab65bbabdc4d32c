//! A020: The second of its records has an instant that is none.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::{Membership, Record};

guest!(pull: |_| {
    let membership = Membership {
        id: "m".into(),
        team: "one".into(),
        person: "p".into(),
        role: None,
        since: Some("the day before yesterday".into()),
        until: None,
        extra: Vec::new(),
    };
    Page::done(vec![team("one"), Record::from(membership)], &1)
});
