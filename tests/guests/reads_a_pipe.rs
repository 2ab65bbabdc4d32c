//! A004: Reads a pipe that nobody writes to, and would wait for ever.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, files};

guest!(pull: |_| {
    let read = files::read("pipe", 0, 64).is_ok();
    Page::done(if read { vec![team("pipe")] } else { Vec::new() }, &1)
});
