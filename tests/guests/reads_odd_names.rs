//! A032: Reads names that end early, never end, or are none.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, files};

guest!(pull: |_| {
    let names = ["a\0b", "", ".", "/", "//", "...", "a/", "a/.", "./a/..", "\\..\\secret", "..", "../", "~", "%2e%2e/secret", "C:\\secret"];
    let long = "x/".repeat(3_000);
    let read = names.into_iter().chain([long.as_str()]).filter(|name| files::read(name, 0, 64).is_ok());
    Page::done(read.map(team).collect(), &1)
});
