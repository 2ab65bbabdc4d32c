//! A047: Writes cookies.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let attempts = [
        ("cookie", "session=1"),
        ("Cookie2", "session=1"),
        ("set-cookie", "session=1"),
        ("x-csrf-token", "1"),
    ];
    let request = |(name, value)| (name, http::get("https://granted.example/v1/").header(name, value));
    Page::done(answered(attempts.map(request)), &1)
});
