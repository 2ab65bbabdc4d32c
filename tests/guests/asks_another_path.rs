//! A050: Asks a granted host for what lies beside the granted path.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let attempts = [
        "https://granted.example/",
        "https://granted.example/v1",
        "https://granted.example/v1x/",
        "https://granted.example/v2/",
        "https://granted.example/V1/",
        "https://granted.example/v1/../v2/",
        "https://granted.example/v1/%2e%2e/v2/",
        "https://granted.example/v1/..;/v2/",
        "https://granted.example//v1/",
    ];
    Page::done(answered(attempts.map(|url| (url, http::get(url)))), &1)
});
