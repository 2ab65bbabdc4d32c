//! Things as GitHub's REST API writes them.

mod code;
mod work;

use serde_json::{Value, json};

use super::organisation::{Organisation, Person, Repository, Team, Who};
use super::rhythm::stamp;

pub(crate) use code::{commit, pull, pull_commit, pull_details, review};
pub(crate) use work::{
    comment, deployment, deployment_status, event, issue, issue_of_pull, line_comment, run, workflow,
};

/// Where GitHub's API and pages are.
pub(crate) const API: &str = "https://api.github.com";
pub(crate) const HTML: &str = "https://github.com";

/// A user object, or `null` for an account that is gone.
pub(crate) fn account(organisation: &Organisation, who: Who) -> Value {
    who.map_or(Value::Null, |person| user(&organisation.people[person]))
}

/// A user in a list.
pub(crate) fn user(person: &Person) -> Value {
    let Person { id, login, is_bot, .. } = person;
    let url = format!("{API}/users/{login}");
    // A bot's page is that of its application.
    let page = match login.strip_suffix("[bot]") {
        Some(name) => format!("{HTML}/apps/{name}"),
        None => format!("{HTML}/{login}"),
    };
    json!({
        "login": login, "id": id, "node_id": format!("U_{id:010}"),
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{id}?v=4"), "gravatar_id": "",
        "url": url, "html_url": page, "followers_url": format!("{url}/followers"),
        "following_url": format!("{url}/following{{/other_user}}"), "gists_url": format!("{url}/gists{{/gist_id}}"),
        "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"), "subscriptions_url": format!("{url}/subscriptions"),
        "organizations_url": format!("{url}/orgs"), "repos_url": format!("{url}/repos"),
        "events_url": format!("{url}/events{{/privacy}}"), "received_events_url": format!("{url}/received_events"),
        "type": if *is_bot { "Bot" } else { "User" }, "user_view_type": "public", "site_admin": false,
    })
}

/// A user's own page.
pub(crate) fn profile(person: &Person) -> Value {
    let mut profile = user(person);
    profile["name"] = json!(person.name);
    profile["email"] = json!((!person.is_bot).then(|| email(person)));
    profile["company"] = Value::Null;
    profile["created_at"] = json!("2015-03-01T08:00:00Z");
    profile
}

pub(crate) fn email(person: &Person) -> String {
    format!("{}@acme.example", person.login.replace('-', "."))
}

/// Somebody who commits to a repository.
pub(crate) fn contributor(person: &Person, contributions: usize) -> Value {
    let mut user = user(person);
    user["contributions"] = json!(contributions);
    user
}

pub(crate) fn organisation(organisation: &Organisation) -> Value {
    let login = organisation.login;
    json!({
        "login": login, "id": ORGANISATION_ID, "node_id": "O_0000770001", "url": format!("{API}/orgs/{login}"),
        "html_url": format!("{HTML}/{login}"), "repos_url": format!("{API}/orgs/{login}/repos"), "type": "Organization",
        "name": "Acme", "public_repos": organisation.repositories.len(),
    })
}

/// The number of the organisation, which its links name it by.
pub(crate) const ORGANISATION_ID: u64 = 770_001;

pub(crate) fn team(organisation: &Organisation, team: &Team) -> Value {
    let Team { id, name, slug } = team;
    let login = organisation.login;
    let url = format!("{API}/organizations/{ORGANISATION_ID}/team/{id}");
    json!({
        "id": id, "node_id": format!("T_{id:010}"), "name": name, "slug": slug, "description": null, "privacy": "closed",
        "notification_setting": "notifications_enabled", "url": url, "permission": "push", "parent": null,
        "html_url": format!("{HTML}/orgs/{login}/teams/{slug}"), "members_url": format!("{url}/members{{/member}}"),
        "repositories_url": format!("{url}/repos"),
    })
}

pub(crate) fn repository(organisation: &Organisation, repository: &Repository) -> Value {
    let Repository { id, name, created_at, .. } = repository;
    let full_name = format!("{}/{name}", organisation.login);
    json!({
        "id": id, "node_id": format!("R_{id:010}"), "name": name, "full_name": full_name, "private": true,
        "owner": {
            "login": organisation.login, "id": ORGANISATION_ID, "type": "Organization",
            "url": format!("{API}/users/{}", organisation.login),
        },
        "html_url": format!("{HTML}/{full_name}"), "description": null, "fork": false,
        "url": format!("{API}/repos/{full_name}"), "created_at": stamp(*created_at), "homepage": null,
        "language": "Rust", "has_issues": true, "archived": false, "disabled": false, "visibility": "private",
        "default_branch": "main", "topics": [], "forks_count": 0, "stargazers_count": 0,
    })
}

/// Where a repository is, on the API and on the pages.
pub(crate) fn places(organisation: &Organisation, repository: &Repository) -> (String, String) {
    let full_name = format!("{}/{}", organisation.login, repository.name);
    (format!("{API}/repos/{full_name}"), format!("{HTML}/{full_name}"))
}
