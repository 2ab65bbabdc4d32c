//! A041: Asks addresses of this machine, in every spelling that resolvers know.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let attempts = [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[0:0:0:0:0:ffff:7f00:1]/",
        "https://localhost/",
        "https://granted.example.127.0.0.1/",
    ];
    Page::done(answered(attempts.map(|url| (url, http::get(url)))), &1)
});
