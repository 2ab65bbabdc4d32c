//! A046: Names another host than the one that was checked.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let attempts = [
        ("host", "evil.example"),
        ("Host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-original-url", "/v2/"),
        ("x-rewrite-url", "/v2/"),
        ("forwarded", "host=evil.example"),
        ("origin", "https://evil.example"),
        ("referer", "https://evil.example"),
        (":authority", "evil.example"),
    ];
    let request = |(name, value)| (name, http::get("https://granted.example/v1/").header(name, value));
    Page::done(answered(attempts.map(request)), &1)
});
