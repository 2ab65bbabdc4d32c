//! A015: Hands the log one line of seven megabytes, of which the host keeps what its log may have.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, log};

guest!(pull: |_| {
    let line = "x".repeat(7 << 20);
    log::info!("{line}");
    Page::done(vec![team("one")], &1)
});
