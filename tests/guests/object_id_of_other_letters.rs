//! A020: Has an object id with letters that are no digits.
use weighbridge_guests::{commit, guest};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = commit("1");
    lie.sha = "c0ffee; DROP TABLE commits".into();
    Page::done(vec![Record::from(lie)], &1)
});
