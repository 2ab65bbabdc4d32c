//! A011: Reads beyond the end of a file that is said to be huge, and is sparse.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, files};

guest!(pull: |_| {
    let read = files::read("sparse", 1 << 39, 4 << 20).map(|bytes| bytes.len());
    Page::done(vec![team(format!("{read:?}"))], &1)
});
