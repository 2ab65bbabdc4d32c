//! Brings two teams, or as many as it is set, and is done: the measure of all others.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;

guest!(pull: |call| {
    let teams = match call.settings.get("teams").map(|teams| teams.parse()) {
        Some(Ok(number)) => (0..number).map(|number: u32| team(number.to_string())).collect(),
        _ => vec![team("one"), team("two")],
    };
    Page::done(teams, &1)
});
