//! A010: Writes state under keys without number, with nothing in it.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, state};

guest!(pull: |_| {
    let written = (0..10_000).filter(|key: &u32| state::set(&key.to_string(), "").is_ok()).count();
    Page::done(vec![team(written.to_string())], &1)
});
