//! A011: Has a message over sixteen kilobytes.
use weighbridge_guests::{commit, guest};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = commit("1");
    lie.message = "x".repeat(16 * 1024 + 1);
    Page::done(vec![Record::from(lie)], &1)
});
