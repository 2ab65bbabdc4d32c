//! A053: Asks a source that says nothing.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| Page::done(answered([("answered", http::get("https://granted.example/v1/late"))]), &1));
