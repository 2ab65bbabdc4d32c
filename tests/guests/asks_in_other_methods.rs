//! A050: Writes where it may only read.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::Page;
use weighbridge_sdk::http::{Method, Request};

guest!(pull: |_| {
    const V1: &str = "https://granted.example/v1/";
    let attempts = [
        ("Post", Request::new(Method::Post, V1).body("stolen")),
        ("Put", Request::new(Method::Put, V1).body("stolen")),
        ("Patch", Request::new(Method::Patch, V1).body("stolen")),
        ("Delete", Request::new(Method::Delete, V1).body("stolen")),
        ("Head", Request::new(Method::Head, V1).body("stolen")),
    ];
    Page::done(answered(attempts), &1)
});
