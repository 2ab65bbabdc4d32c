//! A020: Has an estimate that is no number.
use weighbridge_guests::{guest, work_item};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = work_item("1");
    lie.estimate = Some(f64::NAN);
    Page::done(vec![Record::from(lie)], &1)
});
