//! A002, A017: Leaves its setting in its state, and brings every key that it finds there.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, state};

guest!(pull: |call| {
    let own = &call.settings["who"];
    let _ = state::set(own, own);
    let keys = state::keys().into_iter().chain(["first", "second"].map(String::from)).filter(|key| state::get(key).is_some());
    Page::done(keys.map(|key| team(format!("{own} sees {key}"))).collect(), &own)
});
