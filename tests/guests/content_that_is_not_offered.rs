//! A001, A002: Fetches content, asks for an analysis, and would keep the handle for the next call.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, content, http};

guest!(pull: |_| {
    let blob = content::fetch(http::get("https://granted.example/v1/secret-source"));
    Page::done(vec![team(if blob.is_ok() { "fetched" } else { "denied" })], &1)
});
