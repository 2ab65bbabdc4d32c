//! A004: Asks for a file outside of its directory, again and again: refused each time, and each time the host's work.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, files};

guest!(pull: |_| {
    let read = (0..100_000_000).filter(|_| files::read("../secret", 0, 0).is_ok()).count();
    Page::done(vec![team("one")], &read)
});
