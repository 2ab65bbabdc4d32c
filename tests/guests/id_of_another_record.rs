//! A020: Refers to a record by an id of a kilobyte.
use weighbridge_guests::{guest, work_item};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = work_item("1");
    lie.parent = Some("x".repeat(1024));
    Page::done(vec![Record::from(lie)], &1)
});
