//! A later release of `steps`, whose cursor has another shape. It reads both.
use serde::{Deserialize, Serialize};
use weighbridge_guests::{guest, team};
use weighbridge_sdk::Page;

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Cursor {
    Step(u32),
    Leap { leap: u32 },
}

guest!(pull: |call| {
    let leap = match call.cursor()? {
        None => 10,
        Some(Cursor::Step(step)) => step + 10,
        Some(Cursor::Leap { leap }) => leap + 10,
    };
    Page::done(vec![team(format!("leap-{leap}"))], &Cursor::Leap { leap })
});
