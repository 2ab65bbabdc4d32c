//! A050: Sends two megabytes to a host that it may write to.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let upload = http::post("https://writable.example/").body(vec![b'x'; 2 << 20]);
    Page::done(answered([("upload", upload)]), &1)
});
