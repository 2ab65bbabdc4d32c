//! A060: Asks a source that wants it to come back in ten thousand years.
use weighbridge_guests::guest;
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let _ = http::get("https://granted.example/v1/busy").send()?.check()?;
    Page::done(Vec::new(), &1)
});
