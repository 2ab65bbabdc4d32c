//! `teams`: the teams of an organisation and who is in them.

use serde::Deserialize;
use weighbridge_sdk::http::{self, Response};
use weighbridge_sdk::records::{Membership, Record, Team};
use weighbridge_sdk::{Call, Failure, Page, log, text};

use crate::account::Account;
use crate::sweep::Sweep;
use crate::{Settings, api};

/// Teams of a page. What the budget leaves over is for the further members of large teams.
const TEAMS: usize = 50;

#[derive(Debug, Deserialize)]
struct Item<'a> {
    id: u64,
    name: String,
    slug: &'a str,
    parent: Option<Parent>,
    html_url: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Parent {
    id: u64,
}

pub(crate) fn pull(call: &Call<'_, Settings>) -> Result<Page, Failure> {
    let owner = &call.settings.owner;
    let sweep: Sweep = call.cursor()?.unwrap_or_default();
    let path = sweep.path(|| format!("/orgs/{owner}/teams?per_page={TEAMS}"));
    let Some(response) = api::find(&path)? else { return none(owner) };
    let items: Vec<Item<'_>> = response.json()?;
    let query = format!("members?per_page={}", api::PER_PAGE);
    let requests = items.iter().map(|item| api::request(&format!("/orgs/{owner}/teams/{}/{query}", item.slug)));
    let answers = http::send_all(requests.collect::<Vec<_>>());
    let mut records = Vec::new();
    for (item, answer) in items.into_iter().zip(answers) {
        let id = item.id;
        records.push(record(item));
        members(&answer?.check()?, id, &mut records)?;
    }
    Sweep::page(records, api::next(&response)?)
}

/// A user has no teams. An organisation that hides them is a failure, or else they would all count as deleted.
fn none(owner: &str) -> Result<Page, Failure> {
    match api::find(&format!("/orgs/{owner}"))? {
        Some(_) => {
            Err(Failure::forbidden(format!("the credential may not read the teams of {owner}: it needs `read:org`")))
        }
        None => {
            log::info!("{owner} is no organisation and has no teams");
            Sweep::page(Vec::new(), None)
        }
    }
}

/// Read the members of an answer, and of the pages after it.
fn members(response: &Response, team: u64, records: &mut Vec<Record>) -> Result<(), Failure> {
    let accounts: Vec<Account> = response.json()?;
    records.extend(accounts.iter().map(|account| membership(team, account)));
    match api::next(response)? {
        Some(next) => members(&api::get(&next)?, team, records),
        None => Ok(()),
    }
}

fn record(item: Item<'_>) -> Record {
    let Item { id, name, slug: _, parent, html_url } = item;
    Team {
        id: id.to_string(),
        name: text::line(name),
        parent: parent.map(|parent| parent.id.to_string()),
        url: html_url,
        extra: Vec::new(),
    }
    .into()
}

fn membership(team: u64, account: &Account) -> Record {
    let person = account.id();
    Membership {
        id: format!("{team}/{person}"),
        team: team.to_string(),
        person,
        role: None,
        since: None,
        until: None,
        extra: Vec::new(),
    }
    .into()
}
