//! A020: Writes state under no key, and under one of a kilobyte.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, state};

guest!(pull: |_| {
    let odd = [String::new(), "x".repeat(1_024)];
    Page::done(odd.iter().filter(|key| state::set(key, "value").is_ok()).map(team).collect(), &1)
});
