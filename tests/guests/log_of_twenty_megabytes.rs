//! A011, A015: Hands the log one line of twenty megabytes, more than may be handed over at once.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, log};

guest!(pull: |_| {
    let line = "x".repeat(20 << 20);
    log::info!("{line}");
    Page::done(vec![team("one")], &1)
});
