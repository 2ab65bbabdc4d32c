//! A039: Asks a host that it was not granted; the refusal is the name of its record.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let answer = http::get("https://elsewhere.example/").send();
    let id = if answer.is_ok() { "answered" } else { "denied" };
    Page::done(vec![team(id)], &1)
});
