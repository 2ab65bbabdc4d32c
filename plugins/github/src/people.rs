//! `people`: who has committed to the owner's repositories, bots among them, then the members with their names.
//!
//! Members come last: what is said of somebody later replaces what was said before, and a member's own page says more.

use serde::{Deserialize, Serialize};
use weighbridge_sdk::http;
use weighbridge_sdk::records::{AccountKind, Person, Record};
use weighbridge_sdk::{Call, Failure, FailureKind, Page, log, text};

use crate::repository::Repository;
use crate::sweep::Sweep;
use crate::{Settings, api, repositories};

/// Named repositories of a page.
const REPOSITORIES: usize = 100;

/// Where the sweep stands.
#[derive(Debug, Serialize, Deserialize)]
enum Cursor {
    /// Among the repositories that the settings name: how many are done.
    Named(usize),
    /// Among all repositories.
    Committers(Sweep),
    /// Among the members.
    Members(Sweep),
}

#[derive(Debug, Deserialize)]
struct Named<'a> {
    name: &'a str,
}

/// A user in a list, or on a page of its own, which alone knows name and address.
#[derive(Debug, Deserialize)]
struct User<'a> {
    id: u64,
    login: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    html_url: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    email: Option<String>,
}

pub(crate) fn pull(call: &Call<'_, Settings>) -> Result<Page, Failure> {
    let Settings { owner, repositories, details, .. } = call.settings;
    let named = repositories.as_deref();
    let start = if named.is_some() { Cursor::Named(0) } else { Cursor::Committers(Sweep::default()) };
    match call.cursor()?.unwrap_or(start) {
        Cursor::Named(done) => {
            let names = named.unwrap_or_default();
            let page = names.iter().skip(done).take(REPOSITORIES).map(|name| Repository::new(owner, name));
            let done = done + REPOSITORIES;
            let next = if done < names.len() { Cursor::Named(done) } else { Cursor::Members(Sweep::default()) };
            Page::more(committers(page)?, &next)
        }
        Cursor::Committers(sweep) => {
            let response = repositories::of_owner(owner, &sweep)?;
            let items: Vec<Named<'_>> = response.json()?;
            let records = committers(items.iter().map(|item| Repository::new(owner, item.name)))?;
            let next = api::next(&response)?.map(|next| Cursor::Committers(Sweep::at(next)));
            Page::more(records, &next.unwrap_or(Cursor::Members(Sweep::default())))
        }
        Cursor::Members(sweep) => members(owner, &sweep, *details),
    }
}

/// The hundred who have committed most to each repository: those that matter, and every busy bot.
fn committers(repositories: impl Iterator<Item = Repository>) -> Result<Vec<Record>, Failure> {
    let query = format!("/contributors?per_page={}", api::PER_PAGE);
    let answers = http::send_all(repositories.map(|repository| api::request(&repository.path(&query))));
    let mut records = Vec::new();
    for answer in answers {
        match answer?.check() {
            // An empty repository has no content to answer with.
            Ok(response) if response.status() == 204 => {}
            Ok(response) => records.extend(response.json::<Vec<User<'_>>>()?.into_iter().map(person)),
            // GitHub does not count the contributors of the very largest repositories.
            Err(failure) if failure.kind == FailureKind::Forbidden => log::warn!("{}", failure.message),
            Err(failure) => return Err(failure),
        }
    }
    Ok(records)
}

/// A page of the organisation's members; for a user, the user.
fn members(owner: &str, sweep: &Sweep, details: bool) -> Result<Page, Failure> {
    let path = sweep.path(|| format!("/orgs/{owner}/members?per_page={}", api::PER_PAGE));
    let Some(response) = api::find(&path)? else {
        let user = api::get(&format!("/users/{owner}"))?;
        return Sweep::page(vec![person(user.json()?)], None);
    };
    let users: Vec<User<'_>> = response.json()?;
    let records = if details { profiles(&users)? } else { users.into_iter().map(person).collect() };
    match api::next(&response)? {
        Some(next) => Page::more(records, &Cursor::Members(Sweep::at(next))),
        None => Page::done(records, &Cursor::Members(Sweep::default())),
    }
}

/// The pages of users, all asked for at once.
fn profiles(users: &[User<'_>]) -> Result<Vec<Record>, Failure> {
    let requests = users.iter().map(|user| api::request(&format!("/users/{}", user.login)));
    let answers = http::send_all(requests.collect::<Vec<_>>()).into_iter();
    answers.map(|answer| Ok(person(answer?.check()?.json()?))).collect()
}

fn person(user: User<'_>) -> Record {
    let User { id, login, kind, html_url, name, email } = user;
    Person {
        id: id.to_string(),
        login: Some(login.to_owned()),
        name: name.map(text::line),
        email: email.map(text::line),
        kind: if kind == "Bot" { AccountKind::Bot } else { AccountKind::Human },
        active: None,
        time_zone: None,
        url: html_url,
        extra: Vec::new(),
    }
    .into()
}
