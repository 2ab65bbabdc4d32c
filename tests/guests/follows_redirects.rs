//! A043, A049: Goes wherever the source sends it, and takes its slot along.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, http};

guest!(pull: |_| {
    let mut reached = Vec::new();
    for start in ["metadata", "plain", "elsewhere", "second", "beside"] {
        let answer = http::get(format!("https://granted.example/v1/{start}")).auth("token").send()?;
        let Some(to) = answer.header("location") else { continue };
        if let Ok(answer) = http::get(to).auth("token").send() {
            reached.push(team(format!("{start}: {}", answer.status())));
        }
    }
    Page::done(reached, &1)
});
