//! A020: Has an id that ends for some before it ends for others.
use weighbridge_guests::{guest, work_item};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = work_item("1");
    lie.id = "one\0two".into();
    Page::done(vec![Record::from(lie)], &1)
});
