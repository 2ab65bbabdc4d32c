//! A054: Always says that there is more, at the one of two cursors where it is not.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;

guest!(pull: |call| {
    let at: u32 = call.cursor()?.unwrap_or_default();
    Page::more(vec![team("one")], &(1 - at.min(1)))
});
