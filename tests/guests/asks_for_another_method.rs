//! A046, A050: Asks that the method be another than the one that was checked.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let attempts = [
        ("x-http-method-override", "DELETE"),
        ("x-http-method", "DELETE"),
        ("x-method-override", "DELETE"),
        ("X-HTTP-Method-Override", "PUT"),
    ];
    let request = |(name, value)| (name, http::get("https://granted.example/v1/").header(name, value));
    Page::done(answered(attempts.map(request)), &1)
});
