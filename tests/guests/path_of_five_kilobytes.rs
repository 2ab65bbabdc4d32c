//! A011, A032: Has a path of five kilobytes.
use weighbridge_guests::{commit, guest};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::{ChangeKind, FileChange, Record};

guest!(pull: |_| {
    let mut lie = commit("1");
    lie.files = Some(vec![FileChange {
        path: "../".repeat(1_700),
        previous_path: None,
        change: ChangeKind::Added,
        additions: None,
        deletions: None,
    }]);
    Page::done(vec![Record::from(lie)], &1)
});
