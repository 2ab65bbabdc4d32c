//! A058: Says that something will be in the last year of the calendar.
use weighbridge_guests::{guest, membership};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = membership("1");
    lie.since = Some("9999-12-01T00:00:00Z".into());
    Page::done(vec![Record::from(lie)], &1)
});
