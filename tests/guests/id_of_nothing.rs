//! A020: Has an id without a character.
use weighbridge_guests::{guest, work_item};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = work_item("1");
    lie.id = String::new();
    Page::done(vec![Record::from(lie)], &1)
});
