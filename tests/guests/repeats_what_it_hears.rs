//! A048: Brings whatever a source sends back, in which the source has put the credential in a dozen forms.
use weighbridge_guests::{guest, team};
use weighbridge_sdk::{Page, http};

guest!(pull: |call| {
    let mut heard = Vec::new();
    for form in call.settings["forms"].split(',') {
        let answer = http::get(format!("https://granted.example/v1/{form}")).auth("token").send()?;
        let said = [answer.header("x-said").unwrap_or_default(), answer.header("location").unwrap_or_default()].concat();
        let text = answer.text()?;
        heard.push(team(format!("{form}: {text} {said}")));
    }
    Page::done(heard, &1)
});
