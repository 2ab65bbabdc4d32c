//! A058: Brings a pull request that was merged a year before it was made.
use weighbridge_guests::{guest, pull_request};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = pull_request("1");
    lie.merged_at = Some("2025-03-01T09:30:00Z".into());
    lie.first_commit_at = Some("2026-06-01T09:30:00Z".into());
    Page::done(vec![Record::from(lie)], &1)
});
