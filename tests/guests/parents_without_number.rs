//! A011: Has a commit of a thousand parents, and one.
use weighbridge_guests::{commit, guest};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = commit("1");
    lie.parents = vec!["c0ffee00".into(); 1001];
    Page::done(vec![Record::from(lie)], &1)
});
