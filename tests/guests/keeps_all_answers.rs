//! A005, A055: Asks for bodies of four megabytes, and keeps every one of them.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let mut kept = Vec::new();
    while let Ok(answer) = http::get("https://granted.example/v1/four").send() {
        kept.push(answer);
    }
    Page::done(vec![team(kept.len().to_string())], &1)
});
