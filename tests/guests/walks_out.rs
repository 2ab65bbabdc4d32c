//! A032: Tries to read above its directory.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, files};

guest!(pull: |_| {
    let paths = ["../secret", "/etc/passwd", "inside/../../secret", "link-to-secret"];
    let read = |path: &&str| files::read(path, 0, 1_024).is_ok();
    let records = paths.iter().filter(|path| read(path)).map(|path| team(*path)).collect();
    Page::done(records, &1)
});
