//! A054: Goes through fifty cursors in a circle.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;

guest!(pull: |call| {
    let at: u32 = call.cursor()?.unwrap_or_default();
    Page::more(vec![team("one")], &((at + 1) % 50))
});
