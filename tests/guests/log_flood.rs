//! A015: Writes a hundred megabytes of log, with control characters.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, log};

guest!(pull: |_| {
    let line = "\u{1b}[31mred\u{202e}\r\n".repeat(1_000);
    for _ in 0..5_000 {
        log::info!("{line}");
    }
    Page::done(vec![team("one")], &1)
});
