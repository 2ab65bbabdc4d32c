//! A058: Has an instant on a day that there is not.
use weighbridge_guests::{guest, membership};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = membership("1");
    lie.since = Some("2026-02-30T00:00:00Z".into());
    Page::done(vec![Record::from(lie)], &1)
});
