//! A058: Says that something was a second before 1970.
use weighbridge_guests::{guest, membership};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = membership("1");
    lie.since = Some("1969-12-31T23:59:59Z".into());
    Page::done(vec![Record::from(lie)], &1)
});
