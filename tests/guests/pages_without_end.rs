//! A054, A055: Brings one record in each of pages without end.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;

guest!(pull: |call| {
    let at: u32 = call.cursor()?.unwrap_or_default();
    Page::more(vec![team(at.to_string())], &(at + 1))
});
