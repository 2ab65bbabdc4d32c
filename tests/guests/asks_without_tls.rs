//! A039, A043: Asks a granted host in plain text, and in other schemes.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let attempts = [
        "http://granted.example/v1/",
        "ftp://granted.example/v1/",
        "file:///etc/passwd",
        "gopher://granted.example/v1/",
        "ws://granted.example/v1/",
        "HTTPS://granted.example/v1/",
        "//granted.example/v1/",
        "data:text/plain,1",
    ];
    Page::done(answered(attempts.map(|url| (url, http::get(url)))), &1)
});
