//! Brings one team with each run, numbered by its cursor. It cannot read a cursor that is no number.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;

guest!(pull: |call| {
    let step = call.cursor::<u32>()?.unwrap_or(0) + 1;
    Page::done(vec![team(format!("step-{step}"))], &step)
});
