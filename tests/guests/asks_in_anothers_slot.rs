//! A049: Has credentials attached that it has no slot for.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let attempts = [
        ("admin", http::get("https://granted.example/v1/").auth("admin")),
        ("TOKEN", http::get("https://granted.example/v1/").auth("TOKEN")),
        ("token ", http::get("https://granted.example/v1/").auth("token ")),
        ("../token", http::get("https://granted.example/v1/").auth("../token")),
        ("", http::get("https://granted.example/v1/").auth("")),
    ];
    Page::done(answered(attempts), &1)
});
