//! A010: Asks two thousand things at once.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let answers = http::send_all((0..2_000).map(|_| http::get("https://granted.example/v1/")));
    Page::done(vec![team(answers.len().to_string())], &1)
});
