//! A011, A055: Brings a page of twenty megabytes, each record within its caps.
use weighbridge_guests::{commit, guest};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let large = |number: u32| {
        let mut commit = commit(number.to_string());
        commit.message = "x".repeat(16 * 1024);
        Record::from(commit)
    };
    Page::done((0..1_300).map(large).collect(), &1)
});
