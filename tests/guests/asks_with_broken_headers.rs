//! A046: Ends a header early, and begins another request.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let attempts = [
        ("accept", "a\r\nx-injected: 1"),
        ("accept", "a\r\n\r\nGET /v2/ HTTP/1.1\r\nhost: granted.example"),
        ("accept", "a\nb"),
        ("accept", "a\0b"),
        ("x-a\r\nx-b", "1"),
        ("x a", "1"),
        ("x:a", "1"),
        ("", "1"),
        ("x-é", "1"),
    ];
    let request = |(name, value)| (name, http::get("https://granted.example/v1/").header(name, value));
    Page::done(answered(attempts.map(request)), &1)
});
