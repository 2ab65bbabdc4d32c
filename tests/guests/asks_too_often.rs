//! A050, A055: Asks again and again, and says how often it was answered.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let answered = (0..200).filter(|_| http::get("https://granted.example/v1/").send().is_ok()).count();
    Page::done(vec![team(answered.to_string())], &1)
});
