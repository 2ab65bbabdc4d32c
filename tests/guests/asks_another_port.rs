//! A039, A050: Asks a granted host at ports that were not granted.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let attempts = [
        "https://granted.example:80/v1/",
        "https://granted.example:444/v1/",
        "https://granted.example:22/v1/",
        "https://granted.example:0/v1/",
        "https://granted.example:65979/v1/",
        "https://granted.example:0443/v1/",
    ];
    Page::done(answered(attempts.map(|url| (url, http::get(url)))), &1)
});
