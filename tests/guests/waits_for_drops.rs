//! A053: Asks a source that sends a byte at a time, and again when it is told that time is up.
use weighbridge_guests::guest;
use weighbridge_sdk::http;

guest!(pull: |_| loop {
    drop(http::get("https://granted.example/v1/drip").send());
});
