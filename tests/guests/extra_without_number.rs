//! A011: Has seventeen pairs beside its fields.
use weighbridge_guests::{guest, membership};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = membership("1");
    lie.extra = (0..17).map(|at: u32| (at.to_string(), String::new())).collect();
    Page::done(vec![Record::from(lie)], &1)
});
