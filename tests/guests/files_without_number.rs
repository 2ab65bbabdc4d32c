//! A011: Has a commit of five thousand files, and one.
use weighbridge_guests::{commit, guest};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::{ChangeKind, FileChange, Record};

guest!(pull: |_| {
    let file = || FileChange {
        path: "a".into(),
        previous_path: None,
        change: ChangeKind::Added,
        additions: None,
        deletions: None,
    };
    let mut lie = commit("1");
    lie.files = Some((0..5_001).map(|_| file()).collect());
    Page::done(vec![Record::from(lie)], &1)
});
