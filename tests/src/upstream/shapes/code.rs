//! Commits, pull requests and reviews.

use serde_json::{Value, json};

use super::super::organisation::{Commit, Organisation, Pull, Repository, Review, Who};
use super::super::rhythm::{At, stamp};
use super::{account, email, places};

/// A commit of the default branch.
pub(crate) fn commit(
    organisation: &Organisation,
    repository: &Repository,
    commit: &Commit,
    parent: Option<&str>,
) -> Value {
    let Commit { sha, author, title, number, authored_at, committed_at } = commit;
    let message = format!("{title} (#{number})");
    let signed = signed(organisation, *author, *authored_at);
    let committer = json!({ "name": "GitHub", "email": "noreply@github.com", "date": stamp(*committed_at) });
    shape(organisation, repository, (sha, parent), &message, (signed, committer), *author)
}

/// A commit of a pull request, as its own list gives it.
pub(crate) fn pull_commit(organisation: &Organisation, repository: &Repository, pull: &Pull, index: usize) -> Value {
    let at = pull.commits[index];
    let sha = |index: usize| format!("{index:02x}{}", &pull.head[2..]);
    let parent = index.checked_sub(1).map(sha);
    let signed = signed(organisation, pull.author, at);
    let message = format!("{}, part {}", pull.title, index + 1);
    shape(organisation, repository, (&sha(index), parent.as_deref()), &message, (signed.clone(), signed), pull.author)
}

/// What the commit itself says: the names stay when the account is gone.
fn signed(organisation: &Organisation, who: Who, at: At) -> Value {
    match who {
        Some(person) => {
            let person = &organisation.people[person];
            json!({ "name": person.name, "email": email(person), "date": stamp(at) })
        }
        None => json!({ "name": "Former Colleague", "email": "former@acme.example", "date": stamp(at) }),
    }
}

fn shape(
    organisation: &Organisation,
    repository: &Repository,
    (sha, parent): (&str, Option<&str>),
    message: &str,
    (author, committer): (Value, Value),
    who: Who,
) -> Value {
    let (api, html) = places(organisation, repository);
    let parents = parent.map(|parent| {
        json!({ "sha": parent, "url": format!("{api}/commits/{parent}"), "html_url": format!("{html}/commit/{parent}") })
    });
    json!({
        "sha": sha, "node_id": format!("C_{sha}"),
        "commit": {
            "author": author, "committer": committer, "message": message,
            "tree": { "sha": sha, "url": format!("{api}/git/trees/{sha}") }, "url": format!("{api}/git/commits/{sha}"),
            "comment_count": 0,
            "verification": { "verified": true, "reason": "valid", "signature": null, "payload": null, "verified_at": null },
        },
        "url": format!("{api}/commits/{sha}"), "html_url": format!("{html}/commit/{sha}"),
        "comments_url": format!("{api}/commits/{sha}/comments"), "author": account(organisation, who), "committer": null,
        "parents": parents.into_iter().collect::<Vec<_>>(),
    })
}

/// A pull request in a list.
pub(crate) fn pull(organisation: &Organisation, repository: &Repository, pull: &Pull) -> Value {
    let Pull {
        number, title, author, branch, head, created_at, updated_at, closed_at, merged, is_draft, label, ..
    } = pull;
    let (api, html) = places(organisation, repository);
    let url = format!("{api}/pulls/{number}");
    let user = account(organisation, *author);
    let side = |name: &str, sha: &str| {
        json!({
            "label": format!("{}:{name}", organisation.login), "ref": name, "sha": sha, "user": user,
            "repo": super::repository(organisation, repository),
        })
    };
    let labels = label.map(|name| json!({ "id": 9_000_001, "name": name, "color": "d73a4a", "default": true }));
    json!({
        "url": url, "id": 1_700_000_000 + u64::from(*number), "node_id": format!("PR_{number:010}"),
        "html_url": format!("{html}/pull/{number}"), "diff_url": format!("{html}/pull/{number}.diff"),
        "issue_url": format!("{api}/issues/{number}"), "number": number,
        "state": if closed_at.is_some() { "closed" } else { "open" }, "locked": false, "title": title, "user": user,
        "body": "What changes, and why.", "created_at": stamp(*created_at), "updated_at": stamp(*updated_at),
        "closed_at": closed_at.map(stamp), "merged_at": merged.as_ref().map(|merge| stamp(merge.at)),
        "merge_commit_sha": merged.as_ref().map_or(head, |merge| &merge.sha), "assignee": null, "assignees": [],
        "requested_reviewers": [], "requested_teams": [], "labels": labels.into_iter().collect::<Vec<_>>(),
        "milestone": null, "draft": is_draft, "commits_url": format!("{url}/commits"),
        "review_comments_url": format!("{url}/comments"), "comments_url": format!("{api}/issues/{number}/comments"),
        "head": side(branch, head), "base": side("main", head), "author_association": "MEMBER", "auto_merge": null,
        "active_lock_reason": null,
    })
}

/// A pull request on a page of its own.
pub(crate) fn pull_details(organisation: &Organisation, repository: &Repository, pull: &Pull) -> Value {
    let mut details = self::pull(organisation, repository, pull);
    let by = pull.merged.as_ref().map(|merge| merge.by);
    let more = json!({
        "merged": by.is_some(), "mergeable": null, "rebaseable": null, "mergeable_state": "unknown",
        "merged_by": account(organisation, by), "comments": 0, "review_comments": 0, "maintainer_can_modify": false,
        "commits": pull.commits.len(), "additions": pull.additions, "deletions": pull.deletions,
        "changed_files": pull.changed_files,
    });
    if let (Value::Object(details), Value::Object(more)) = (&mut details, more) {
        details.extend(more);
    }
    details
}

pub(crate) fn review(organisation: &Organisation, repository: &Repository, pull: &Pull, review: &Review) -> Value {
    let Review { id, author, state, at } = review;
    let (api, html) = places(organisation, repository);
    let page = format!("{html}/pull/{}#pullrequestreview-{id}", pull.number);
    json!({
        "id": id, "node_id": format!("PRR_{id}"), "user": account(organisation, Some(*author)), "body": "", "state": state,
        "html_url": page, "pull_request_url": format!("{api}/pulls/{}", pull.number), "author_association": "MEMBER",
        "submitted_at": stamp(*at), "commit_id": pull.head,
    })
}
