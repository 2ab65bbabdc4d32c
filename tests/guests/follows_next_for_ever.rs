//! A054: Follows the links of a source that leads in a circle of three.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, http};

guest!(pull: |call| {
    let page = call.cursor::<String>()?.unwrap_or_else(|| "0".into());
    let answer = http::get(format!("https://granted.example/v1/pages/{page}")).send()?;
    Page::more(vec![team("one")], &answer.text()?)
});
