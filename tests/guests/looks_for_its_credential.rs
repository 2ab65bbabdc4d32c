//! A048, A049: Brings everything that it is told, to find its credential in it.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, http, log};

guest!(pull: |call| {
    let settings = call.settings.values().map(|value| team(format!("setting {value}")));
    let words = [call.stream, call.now].map(team);
    let told = http::get("https://granted.example/v1/").auth("token").send()?.text()?.to_owned();
    log::info!("{told}");
    Page::done(settings.chain(words).chain([team(told)]).collect(), &1)
});
