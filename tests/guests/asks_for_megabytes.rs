//! A052: Asks for a body of nine megabytes, and for one that inflates to a hundred.
use weighbridge_guests::{answered, guest};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let get = |path| (path, http::get(format!("https://granted.example/v1/{path}")));
    Page::done(answered(["large", "bomb"].map(get)), &1)
});
