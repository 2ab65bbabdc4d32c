//! A056: Writes state, and then brings a page that is refused.
use weighbridge_guests::{guest, repository};
use weighbridge_sdk::{Page, state};

guest!(pull: |_| {
    let _ = state::set("half", "written");
    Page::done(vec![repository("undeclared")], &1)
});
