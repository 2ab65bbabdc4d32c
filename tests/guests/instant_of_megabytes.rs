//! A011, A058: Has an instant of a megabyte.
use weighbridge_guests::{guest, membership};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = membership("1");
    lie.since = Some("2".repeat(1 << 20));
    Page::done(vec![Record::from(lie)], &1)
});
