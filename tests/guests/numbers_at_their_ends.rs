//! A020: Brings the largest numbers there are, a thousand times.
use weighbridge_guests::{commit, guest, pull_request};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let pairs = (0..500).flat_map(|number: u32| {
        let mut change = commit(number.to_string());
        (change.additions, change.deletions, change.changed_files) = (Some(u32::MAX), Some(u32::MAX), Some(u32::MAX));
        let mut request = pull_request(number.to_string());
        (request.additions, request.deletions, request.commits) = (Some(u32::MAX), Some(u32::MAX), Some(u32::MAX));
        [Record::from(change), Record::from(request)]
    });
    Page::done(pairs.collect(), &1)
});
