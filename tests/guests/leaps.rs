//! A later release of `steps`, whose cursor has another shape: a list of one number. It reads both.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;

guest!(pull: |call| {
    let before = match call.cursor::<u32>() {
        Ok(step) => step.unwrap_or(0),
        Err(_) => call.cursor::<[u32; 1]>()?.map_or(0, |[leap]| leap),
    };
    let leap = before + 10;
    Page::done(vec![team(format!("leap-{leap}"))], &[leap])
});
