//! A053: Asks a source that sends a byte at a time.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| Page::done(answered([("answered", http::get("https://granted.example/v1/drip"))]), &1));
