//! Brings three pages from an API behind an OAuth 2 slot, eight requests for each, as a connector should.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, http};

guest!(pull: |call| {
    let page: u32 = call.cursor()?.unwrap_or(0);
    let request = |number| http::get(format!("https://api.example.test/api/teams?{page}.{number}")).auth("account");
    for answer in http::send_all((0..8).map(request)) {
        answer?.check()?;
    }
    let records = vec![team(format!("team-{page}"))];
    if page == 2 { Page::done(records, &3) } else { Page::more(records, &(page + 1)) }
});
