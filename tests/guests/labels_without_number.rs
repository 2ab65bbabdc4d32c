//! A011: Has a hundred labels, and one.
use weighbridge_guests::{guest, work_item};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = work_item("1");
    lie.labels = vec!["label".into(); 101];
    Page::done(vec![Record::from(lie)], &1)
});
