//! A011: Has a title of two kilobytes.
use weighbridge_guests::{guest, pull_request};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = pull_request("1");
    lie.title = "x".repeat(2048);
    Page::done(vec![Record::from(lie)], &1)
});
