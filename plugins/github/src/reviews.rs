//! The reviews of one pull request.

use serde::Deserialize;
use weighbridge_sdk::http::Response;
use weighbridge_sdk::records::{Record, Review, ReviewState};
use weighbridge_sdk::{Failure, log};

use crate::account::{self, Account};
use crate::api;

#[derive(Debug, Deserialize)]
struct Item<'a> {
    id: u64,
    user: Option<Account>,
    state: &'a str,
    /// A review that its author has not sent yet has none.
    #[serde(default)]
    submitted_at: Option<String>,
    html_url: Option<String>,
}

/// Read the reviews of an answer, and of the pages after it.
pub(crate) fn read(response: &Response, pull_request: &str, records: &mut Vec<Record>) -> Result<(), Failure> {
    let items: Vec<Item<'_>> = response.json()?;
    records.extend(items.into_iter().filter_map(|item| record(item, pull_request)));
    match api::next(response)? {
        Some(next) => read(&api::get(&next)?, pull_request, records),
        None => Ok(()),
    }
}

/// None for a review that is not sent, and for a state that GitHub has invented since.
fn record(item: Item<'_>, pull_request: &str) -> Option<Record> {
    let Item { id, user, state, submitted_at, html_url } = item;
    let state = match state {
        "APPROVED" => ReviewState::Approved,
        "CHANGES_REQUESTED" => ReviewState::ChangesRequested,
        "COMMENTED" => ReviewState::Commented,
        "DISMISSED" => ReviewState::Dismissed,
        "PENDING" => return None,
        _ => {
            log::warn!("{pull_request}: review {id} is left out, its state is {state}");
            return None;
        }
    };
    let record = Review {
        id: id.to_string(),
        pull_request: pull_request.to_owned(),
        author: account::id(user.as_ref()),
        state,
        submitted_at: submitted_at?,
        url: html_url,
        extra: Vec::new(),
    };
    Some(record.into())
}
