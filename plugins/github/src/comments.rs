//! `comments:OWNER/NAME`: those in conversations, then those at lines of changes. Two lists, one after the other.

use serde::{Deserialize, Serialize};
use weighbridge_sdk::records::{Comment, CommentKind, Record, SubjectKind};
use weighbridge_sdk::{Call, Failure, Page};

use crate::Settings;
use crate::account::{self, Account};
use crate::ascent::{Ascent, Step};
use crate::repository::Repository;

/// Which list is being walked, and where both stand.
#[derive(Debug, Serialize, Deserialize)]
struct Cursor {
    at_reviews: bool,
    conversation: Ascent,
    review: Ascent,
}

#[derive(Debug, Deserialize)]
struct Item<'a> {
    id: u64,
    user: Option<Account>,
    created_at: String,
    updated_at: &'a str,
    html_url: String,
    /// Of a comment in a conversation.
    #[serde(default)]
    issue_url: Option<&'a str>,
    /// Of a comment at a line.
    #[serde(default)]
    pull_request_url: Option<&'a str>,
}

pub(crate) fn pull(call: &Call<'_, Settings>, repository: &Repository) -> Result<Page, Failure> {
    let start = || Ascent::new(call.settings.since());
    let cursor = call.cursor()?;
    let mut cursor = cursor.unwrap_or_else(|| Cursor { at_reviews: false, conversation: start(), review: start() });
    let (list, walk) = match cursor.at_reviews {
        false => ("/issues/comments", &mut cursor.conversation),
        true => ("/pulls/comments", &mut cursor.review),
    };
    let mut records = Vec::new();
    let mut more = false;
    if let Some(response) = walk.fetch(&repository.path(list))? {
        let items: Vec<Item<'_>> = response.json()?;
        let step = walk.step(&response, items.iter().map(|item| item.updated_at))?;
        records = items.into_iter().filter_map(|item| record(item, repository)).collect();
        Step { walk: *walk, more } = step;
    }
    if more {
        return Page::more(records, &cursor);
    }
    // The first list is at its end: on to the second. Both are: the next run begins with the first.
    cursor.at_reviews = !cursor.at_reviews;
    if cursor.at_reviews { Page::more(records, &cursor) } else { Page::done(records, &cursor) }
}

/// None for a comment whose subject cannot be told.
fn record(item: Item<'_>, repository: &Repository) -> Option<Record> {
    let Item { id, user, created_at, updated_at: _, html_url, issue_url, pull_request_url } = item;
    let kind = if pull_request_url.is_some() { CommentKind::Review } else { CommentKind::Conversation };
    let number = pull_request_url.or(issue_url)?.rsplit('/').next()?.parse().ok()?;
    // GitHub shows a pull request's conversation below `/pull/`, and an issue's below `/issues/`.
    let of_pull_request = kind == CommentKind::Review || html_url.contains("/pull/");
    let record = Comment {
        id: format!("{}-{id}", if kind == CommentKind::Review { "line" } else { "conversation" }),
        subject_kind: if of_pull_request { SubjectKind::PullRequest } else { SubjectKind::WorkItem },
        subject: repository.id_of(number),
        author: account::id(user.as_ref()),
        kind,
        created_at,
        url: Some(html_url),
        extra: Vec::new(),
    };
    Some(record.into())
}
