//! A015, A020: Has a title of two lines.
use weighbridge_guests::{guest, pull_request};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = pull_request("1");
    lie.title = "a title\r\nset-cookie: 1".into();
    Page::done(vec![Record::from(lie)], &1)
});
