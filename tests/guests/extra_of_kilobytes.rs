//! A011: Has a value of two kilobytes beside its fields.
use weighbridge_guests::{guest, membership};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = membership("1");
    lie.extra = vec![("key".into(), "x".repeat(2048))];
    Page::done(vec![Record::from(lie)], &1)
});
