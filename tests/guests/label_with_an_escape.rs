//! A015: Has a label that rings the bell.
use weighbridge_guests::{guest, work_item};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = work_item("1");
    lie.labels = vec!["\u{7}".into()];
    Page::done(vec![Record::from(lie)], &1)
});
