//! A046: Frames its message anew for whoever is further on.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let attempts = [
        ("connection", "upgrade"),
        ("transfer-encoding", "chunked"),
        ("content-length", "0"),
        ("te", "trailers"),
        ("trailer", "x"),
        ("upgrade", "h2c"),
        ("keep-alive", "1"),
        ("expect", "100-continue"),
        ("via", "1.1 mine"),
        ("http2-settings", "AAMAAABkAAQAAP__"),
        ("max-forwards", "0"),
    ];
    let request = |(name, value)| (name, http::get("https://granted.example/v1/").header(name, value));
    Page::done(answered(attempts.map(request)), &1)
});
