//! `repositories`: those of the owner, or those that the settings name.

use serde::Deserialize;
use weighbridge_sdk::http::Response;
use weighbridge_sdk::records::{self, Record};
use weighbridge_sdk::{Call, Failure, Page, http, text};

use crate::repository::Repository;
use crate::sweep::Sweep;
use crate::{Settings, api};

#[derive(Debug, Deserialize)]
struct Item<'a> {
    full_name: String,
    name: &'a str,
    default_branch: Option<String>,
    archived: Option<bool>,
    private: Option<bool>,
    created_at: Option<String>,
    html_url: Option<String>,
}

pub(crate) fn pull(call: &Call<'_, Settings>) -> Result<Page, Failure> {
    if let Some(names) = &call.settings.repositories {
        return named(&call.settings.owner, names);
    }
    let sweep: Sweep = call.cursor()?.unwrap_or_default();
    let response = of_owner(&call.settings.owner, &sweep)?;
    let items: Vec<Item<'_>> = response.json()?;
    Sweep::page(items.into_iter().map(record).collect(), api::next(&response)?)
}

/// One request for each name. More names than one call may ask for are more than a hundred: leave `repositories` out then.
fn named(owner: &str, names: &[String]) -> Result<Page, Failure> {
    let requests = names.iter().map(|name| api::request(&Repository::new(owner, name).path("")));
    let records = http::send_all(requests).into_iter().map(|answer| {
        let answer = answer?.check()?;
        Ok(record(answer.json()?))
    });
    Page::done(records.collect::<Result<_, Failure>>()?, &Sweep::default())
}

/// The repositories that streams are made for.
pub(crate) fn names(settings: &Settings) -> Result<Vec<Repository>, Failure> {
    let owner = &settings.owner;
    if let Some(names) = &settings.repositories {
        return Ok(names.iter().map(|name| Repository::new(owner, name)).collect());
    }
    let mut all = Vec::new();
    let mut sweep = Sweep::default();
    loop {
        let response = of_owner(owner, &sweep)?;
        let items: Vec<Item<'_>> = response.json()?;
        all.extend(items.iter().map(|item| Repository::new(owner, item.name)));
        match api::next(&response)? {
            Some(next) => sweep = Sweep::at(next),
            None => return Ok(all),
        }
    }
}

/// A page of the owner's repositories, oldest first, so that a new one does not move the others.
pub(crate) fn of_owner(owner: &str, sweep: &Sweep) -> Result<Response, Failure> {
    let query = format!("/repos?sort=created&direction=asc&per_page={}", api::PER_PAGE);
    let path = sweep.path(|| format!("/orgs/{owner}{query}"));
    match api::find(&path)? {
        Some(response) => Ok(response),
        // Not an organisation: a user.
        None => api::get(&format!("/users/{owner}{query}")),
    }
}

fn record(item: Item<'_>) -> Record {
    let Item { full_name, name: _, default_branch, archived, private, created_at, html_url } = item;
    records::Repository {
        id: full_name.to_ascii_lowercase(),
        name: full_name,
        default_branch: default_branch.map(text::line),
        archived,
        private,
        created_at,
        url: html_url,
        extra: Vec::new(),
    }
    .into()
}
