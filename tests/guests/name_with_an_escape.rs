//! A015, A020: Has a title that clears the screen.
use weighbridge_guests::{guest, pull_request};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = pull_request("1");
    lie.title = "\u{1b}[2Jall is well".into();
    Page::done(vec![Record::from(lie)], &1)
});
