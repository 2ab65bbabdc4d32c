//! A015: Writes a million lines without a letter.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, log};

guest!(pull: |_| {
    for _ in 0..50_000 {
        log::info!("");
    }
    Page::done(vec![team("one")], &1)
});
