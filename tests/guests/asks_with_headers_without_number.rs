//! A011, A046: Writes a thousand headers, and one of a megabyte.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let request = || http::get("https://granted.example/v1/");
    let many = (0..1_000).fold(request(), |request, number| request.header(format!("x-{number}"), "1"));
    let attempts = [("many", many), ("large", request().header("x-large", "x".repeat(1 << 20)))];
    Page::done(answered(attempts), &1)
});
