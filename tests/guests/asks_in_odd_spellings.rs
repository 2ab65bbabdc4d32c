//! A040: Spells a granted host so that others would read another one.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let attempts = [
        "https://granted.example@evil.example/v1/",
        "https://evil.example\\@granted.example/v1/",
        "https://granted.example#@evil.example/v1/",
        "https://granted.example%2eevil.example/v1/",
        "https://granted.example./v1/",
        "https://GRANTED.example/v1/",
        "https://granted\t.example/v1/",
        "https:// granted.example/v1/",
        "https://gränted.example/v1/",
        "https://granted。example/v1/",
        "https://granted.example:443@evil.example/v1/",
        "https:granted.example/v1/",
        "https:///granted.example/v1/",
        "https://user:password@granted.example/v1/",
    ];
    Page::done(answered(attempts.map(|url| (url, http::get(url)))), &1)
});
