//! A020: Has a message with a NUL in it.
use weighbridge_guests::{commit, guest};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = commit("1");
    lie.message = "a\0b".into();
    Page::done(vec![Record::from(lie)], &1)
});
