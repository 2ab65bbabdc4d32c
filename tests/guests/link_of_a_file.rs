//! A020: Has a link into the file system of whoever follows it.
use weighbridge_guests::{guest, work_item};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = work_item("1");
    lie.url = Some("file:///etc/passwd".into());
    Page::done(vec![Record::from(lie)], &1)
});
