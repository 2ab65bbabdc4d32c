//! A058: Has an instant that is another one in each country.
use weighbridge_guests::{guest, membership};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = membership("1");
    lie.since = Some("2026-03-01T09:30:00".into());
    Page::done(vec![Record::from(lie)], &1)
});
