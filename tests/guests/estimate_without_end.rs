//! A020: Has an estimate that is infinite.
use weighbridge_guests::{guest, work_item};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = work_item("1");
    lie.estimate = Some(f64::NEG_INFINITY);
    Page::done(vec![Record::from(lie)], &1)
});
