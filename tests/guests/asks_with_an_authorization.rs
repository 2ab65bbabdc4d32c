//! A047: Writes an authorization of its own.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let attempts = [
        ("authorization", "Bearer mine"),
        ("Authorization", "Basic bWluZQ=="),
        ("proxy-authorization", "Basic bWluZQ=="),
        ("x-api-key", "mine"),
        ("x-auth-token", "mine"),
        ("private-token", "mine"),
        ("www-authenticate", "Bearer"),
    ];
    let request = |(name, value)| (name, http::get("https://granted.example/v1/").header(name, value));
    Page::done(answered(attempts.map(request)), &1)
});
