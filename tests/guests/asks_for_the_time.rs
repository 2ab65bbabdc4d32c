//! A018: Asks the system for the time, which it does not have.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;

guest!(pull: |_| {
    let now = std::time::SystemTime::now();
    Page::done(vec![team(format!("{now:?}"))], &1)
});
