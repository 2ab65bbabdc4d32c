//! A011: Reads at the largest offsets, as much as numbers can say.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, files};

guest!(pull: |_| {
    let most = [(u64::MAX, u32::MAX), (u64::MAX - 1, 2), (i64::MAX as u64, u32::MAX), (1 << 63, 1), (0, u32::MAX)];
    let read = most.into_iter().filter_map(|(at, length)| files::read("small", at, length).ok());
    Page::done(read.filter(|bytes| bytes.len() > 5).map(|bytes| team(bytes.len().to_string())).collect(), &1)
});
