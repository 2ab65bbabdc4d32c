//! A page of 100 pull requests as api.github.com lists them: every field, with its URLs, and the text of real ones with
//! escapes in it. Generated, so that nobody's data is here.

use serde_json::{Map, Value, json};

const API: &str = "https://api.github.com";
const WEB: &str = "https://github.com";
/// The length that a body of text has, so that the page has the size of real ones (1.8 MB).
const PARAGRAPHS: u64 = 3;

/// The page, as text.
pub(crate) fn page(items: u64) -> String {
    Value::Array((1..=items).map(pull_request).collect()).to_string()
}

fn pull_request(number: u64) -> Value {
    let api = format!("{API}/repos/acme/shop");
    let (pull, issue) = (format!("{api}/pulls/{number}"), format!("{api}/issues/{number}"));
    let web = format!("{WEB}/acme/shop/pull/{number}");
    let merged = !number.is_multiple_of(3);
    let at = |hour: u64| format!("2026-02-{:02}T{:02}:{:02}:17Z", 1 + number % 27, hour, number % 60);
    let sha = |part: u64| format!("{:040x}", u128::from(number * 7 + part) * 0x9e37_79b9_7f4a_7c15_f39c);
    json!({
        "url": pull, "id": 1_700_000_000 + number, "node_id": format!("PR_kwDOA{number:08}"), "html_url": web,
        "diff_url": format!("{web}.diff"), "patch_url": format!("{web}.patch"), "issue_url": issue,
        "number": number, "state": if merged { "closed" } else { "open" }, "locked": false,
        "title": format!("Take the \"total\" of basket {number} from the ledger, not from the cart"),
        "user": user(number % 40), "body": body(number),
        "created_at": at(8), "updated_at": at(17), "closed_at": merged.then(|| at(16)), "merged_at": merged.then(|| at(16)),
        "merge_commit_sha": sha(1), "assignee": users(number, 2).first(), "assignees": users(number, 2),
        "requested_reviewers": users(number, 3),
        "requested_teams": [team()],
        "labels": [label(1, "area: checkout"), label(2, "kind: defect"), label(3, "size: m")],
        "milestone": number.is_multiple_of(4).then(|| milestone(&api)), "draft": number.is_multiple_of(9),
        "commits_url": format!("{pull}/commits"), "review_comments_url": format!("{pull}/comments"),
        "review_comment_url": format!("{api}/pulls/comments{{/number}}"), "comments_url": format!("{issue}/comments"),
        "statuses_url": format!("{api}/statuses/{}", sha(2)),
        "head": branch(&format!("ledger-total-{number}"), &sha(2), &user(number % 40)),
        "base": branch("main", &sha(3), &organisation()),
        "_links": {
            "self": { "href": pull }, "html": { "href": web }, "issue": { "href": issue },
            "comments": { "href": format!("{issue}/comments") }, "review_comments": { "href": format!("{pull}/comments") },
            "review_comment": { "href": format!("{api}/pulls/comments{{/number}}") },
            "commits": { "href": format!("{pull}/commits") }, "statuses": { "href": format!("{api}/statuses/{}", sha(2)) },
        },
        "author_association": "MEMBER", "auto_merge": null, "active_lock_reason": null,
    })
}

fn user(number: u64) -> Value {
    account(&format!("engineer-{number}"), 4_000_000 + number, "User")
}

/// One user in each `every`-th pull request, and nobody in the others.
fn users(number: u64, every: u64) -> Vec<Value> {
    if number.is_multiple_of(every) { vec![user(number % 11)] } else { Vec::new() }
}

fn organisation() -> Value {
    account("acme", 9_000_000, "Organization")
}

fn account(login: &str, id: u64, kind: &str) -> Value {
    let url = format!("{API}/users/{login}");
    json!({
        "login": login, "id": id, "node_id": format!("MDQ6VXNlcnt{id}"),
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{id}?v=4"), "gravatar_id": "", "url": url,
        "html_url": format!("{WEB}/{login}"), "followers_url": format!("{url}/followers"),
        "following_url": format!("{url}/following{{/other_user}}"), "gists_url": format!("{url}/gists{{/gist_id}}"),
        "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"), "subscriptions_url": format!("{url}/subscriptions"),
        "organizations_url": format!("{url}/orgs"), "repos_url": format!("{url}/repos"),
        "events_url": format!("{url}/events{{/privacy}}"), "received_events_url": format!("{url}/received_events"),
        "type": kind, "user_view_type": "public", "site_admin": false,
    })
}

fn branch(name: &str, sha: &str, user: &Value) -> Value {
    json!({ "label": format!("acme:{name}"), "ref": name, "sha": sha, "user": user, "repo": repository() })
}

/// The endpoints that a repository object lists, and what follows its URL in each.
const ENDPOINTS: &[(&str, &str)] = &[
    ("forks_url", "/forks"),
    ("keys_url", "/keys{/key_id}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("teams_url", "/teams"),
    ("hooks_url", "/hooks"),
    ("issue_events_url", "/issues/events{/number}"),
    ("events_url", "/events"),
    ("assignees_url", "/assignees{/user}"),
    ("branches_url", "/branches{/branch}"),
    ("tags_url", "/tags"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("trees_url", "/git/trees{/sha}"),
    ("statuses_url", "/statuses/{sha}"),
    ("languages_url", "/languages"),
    ("stargazers_url", "/stargazers"),
    ("contributors_url", "/contributors"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("commits_url", "/commits{/sha}"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("comments_url", "/comments{/number}"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("contents_url", "/contents/{+path}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("merges_url", "/merges"),
    ("archive_url", "/{archive_format}{/ref}"),
    ("downloads_url", "/downloads"),
    ("issues_url", "/issues{/number}"),
    ("pulls_url", "/pulls{/number}"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("labels_url", "/labels{/name}"),
    ("releases_url", "/releases{/id}"),
    ("deployments_url", "/deployments"),
];

fn repository() -> Value {
    let (api, web) = (format!("{API}/repos/acme/shop"), format!("{WEB}/acme/shop"));
    let mut repository = json!({
        "id": 120_000_001, "node_id": "R_kgDOBxq3AQ", "name": "shop", "full_name": "acme/shop", "private": true,
        "owner": organisation(), "html_url": web, "description": "Baskets, checkout and the ledger behind them",
        "fork": false, "url": api, "created_at": "2019-04-02T10:11:12Z", "updated_at": "2026-02-27T18:19:20Z",
        "pushed_at": "2026-02-27T18:21:02Z", "git_url": "git://github.com/acme/shop.git",
        "ssh_url": "git@github.com:acme/shop.git", "clone_url": format!("{web}.git"), "svn_url": web, "homepage": "",
        "size": 48_211, "stargazers_count": 12, "watchers_count": 12, "language": "Rust", "has_issues": true,
        "has_projects": true, "has_downloads": true, "has_wiki": false, "has_pages": false, "has_discussions": false,
        "forks_count": 3, "mirror_url": null, "archived": false, "disabled": false, "open_issues_count": 41,
        "license": {
            "key": "apache-2.0", "name": "Apache License 2.0", "spdx_id": "Apache-2.0",
            "url": format!("{API}/licenses/apache-2.0"), "node_id": "MDc6TGljZW5zZTI=",
        },
        "allow_forking": true, "is_template": false, "web_commit_signoff_required": false,
        "topics": ["checkout", "ledger", "payments"], "visibility": "private", "forks": 3, "open_issues": 41,
        "watchers": 12, "default_branch": "main",
    });
    let endpoints = ENDPOINTS.iter().map(|(name, rest)| ((*name).to_owned(), Value::String(format!("{api}{rest}"))));
    if let Some(fields) = repository.as_object_mut() {
        fields.extend(endpoints.collect::<Map<_, _>>());
    }
    repository
}

fn team() -> Value {
    let url = format!("{API}/organizations/9000000/team/77");
    json!({
        "name": "Payments", "id": 77, "node_id": "T_kwDOAIlUQM4AAE0", "slug": "payments", "description": "Money in, money out",
        "privacy": "closed", "notification_setting": "notifications_enabled", "url": url,
        "html_url": format!("{WEB}/orgs/acme/teams/payments"), "members_url": format!("{url}/members{{/member}}"),
        "repositories_url": format!("{url}/repos"), "permission": "push", "parent": null,
    })
}

fn label(id: u64, name: &str) -> Value {
    json!({
        "id": 500_000 + id, "node_id": format!("LA_kwDOBxq3Ac{id:04}"), "name": name, "color": "d4c5f9", "default": false,
        "url": format!("{API}/repos/acme/shop/labels/{}", name.replace(' ', "%20")), "description": "As the name says",
    })
}

fn milestone(api: &str) -> Value {
    json!({
        "url": format!("{api}/milestones/4"), "html_url": format!("{WEB}/acme/shop/milestone/4"),
        "labels_url": format!("{api}/milestones/4/labels"), "id": 1_002_604, "node_id": "MDk6TWlsZXN0b25lMTAwMjYwNA==",
        "number": 4, "state": "open", "title": "Spring", "description": "What has to be there before the sale",
        "creator": user(3), "open_issues": 14, "closed_issues": 18, "created_at": "2026-01-07T09:00:00Z",
        "updated_at": "2026-02-20T16:00:00Z", "closed_at": null, "due_on": "2026-03-20T07:00:00Z",
    })
}

fn body(number: u64) -> String {
    let paragraph = |at: u64| {
        format!(
            "### Step {at} of {number}\r\n\r\nThe total was \"read\" twice: once by the cart, once by the ledger — they \
             disagreed by a cent on `{}` baskets.\r\n- [x] tests\r\n- [ ] docs\r\n\r\n",
            number * at
        )
    };
    (1..=PARAGRAPHS + number % 5).map(paragraph).collect()
}
