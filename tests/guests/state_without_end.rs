//! A010, A055: Writes state until it is refused, and says how much it could write.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, state};

guest!(pull: |_| {
    let value = "x".repeat(1_000);
    let written = (0..10_000).filter(|key: &u32| state::set(&key.to_string(), &value).is_ok()).count();
    Page::done(vec![team(written.to_string())], &1)
});
