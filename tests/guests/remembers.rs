//! A017: Counts its own calls in a global, and says so in the id of its record.
use std::sync::atomic::{AtomicU32, Ordering};

use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;

guest!(pull: |_| {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let before = CALLS.fetch_add(1, Ordering::Relaxed);
    Page::done(vec![team(format!("calls-before-{before}"))], &1)
});
