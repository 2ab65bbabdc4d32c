//! A008: Starts a thread.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;

guest!(pull: |_| {
    let started = std::thread::Builder::new().spawn(|| ()).is_ok();
    Page::done(vec![team(if started { "started" } else { "refused" })], &1)
});
