//! On the recordings in `fixtures/`, written for these tests in GitHub's shapes.

use serde_json::{Value, json};
use weighbridge_sdk::FailureKind;
use weighbridge_sdk::records::{
    AccountKind, CommentKind, Outcome, PullRequestState, Record, ReviewState, SubjectKind, WorkItemKind, WorkItemState,
};
use weighbridge_sdk::testing::{Kit, Reply, StreamRun, Upstream};

use crate::GitHub;

const NOW: &str = "2026-02-21T09:00:00Z";
const EVENTS: &str = "https://api.github.com/repos/acme/Shop/issues/events?per_page=100";
const PULLS: &str = "https://api.github.com/repos/acme/Shop/pulls?state=all&sort=updated&direction=desc&per_page=30";

fn recorded() -> Upstream {
    Upstream::from_directory("fixtures")
}

fn with(upstream: Upstream) -> Kit {
    Kit::new(&json!({ "owner": "acme" }), NOW).upstream(upstream)
}

fn stream(name: &str) -> StreamRun {
    with(recorded()).run_stream::<GitHub>(name, None).expect("a run")
}

/// The records of one kind.
macro_rules! only {
    ($run:expr, $kind:ident) => {
        $run.records
            .iter()
            .filter_map(|record| if let Record::$kind(it) = record { Some(it) } else { None })
            .collect::<Vec<_>>()
    };
}

#[test]
fn every_page_can_be_asked_for_again_and_no_disturbance_costs_a_record() {
    with(recorded()).conformance::<GitHub>();
}

#[test]
fn a_repository_has_seven_streams_and_settings_choose_among_them() {
    let names = |settings: &Value| {
        let kit = Kit::new(settings, NOW).upstream(recorded());
        kit.streams::<GitHub>().expect("streams").into_iter().map(|stream| stream.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&json!({ "owner": "acme" })).len(), 3 + 7);
    let few = json!({ "owner": "acme", "repositories": ["Shop", "till"], "streams": ["issues", "pull-requests"] });
    let expected = ["pull-requests:acme/Shop", "issues:acme/Shop", "pull-requests:acme/till", "issues:acme/till"];
    assert_eq!(names(&few), expected);
    assert_eq!(names(&json!({ "owner": "acme", "streams": ["people"] })), ["people"]);
}

#[test]
fn settings_that_cannot_work_name_their_field() {
    for (settings, field) in [
        (json!({}), "owner"),
        (json!({ "owner": "acme/shop" }), "`owner`"),
        (json!({ "owner": "acme", "repositories": ["acme/shop"] }), "`repositories`"),
        (json!({ "owner": "acme", "repositories": [".."] }), "`repositories`"),
        (json!({ "owner": "acme", "since": "last week" }), "`since`"),
        (json!({ "owner": "acme", "streams": ["wikis"] }), "`streams[0]`"),
        (json!({ "owner": "acme", "repo": [] }), "repo"),
    ] {
        let failure = Kit::new(&settings, NOW).streams::<GitHub>().expect_err("a failure");
        assert_eq!(failure.kind, FailureKind::Settings);
        assert!(failure.message.contains(field), "{settings}: {}", failure.message);
    }
}

#[test]
fn a_bot_is_a_bot_and_a_member_keeps_the_name_of_the_own_page() {
    let run = stream("people");
    let stored = run.stored();
    let people: Vec<_> =
        stored.values().filter_map(|record| if let Record::Person(it) = record { Some(it) } else { None }).collect();
    assert_eq!(people.len(), 3);
    let named = |id: &str| people.iter().find(|person| person.id == id).expect("there");
    assert_eq!((named("49").kind, named("1").kind), (AccountKind::Bot, AccountKind::Human));
    assert_eq!((named("1").name.as_deref(), named("2").name.as_deref()), (Some("Ada Adler"), None));
}

#[test]
fn a_team_brings_its_members_from_all_pages() {
    let run = stream("teams");
    let members: Vec<_> = only!(run, Membership).into_iter().map(|it| it.id.as_str()).collect();
    assert_eq!(members, ["31/1", "31/2"]);
    assert_eq!(only!(run, Team)[1].parent.as_deref(), Some("31"));
}

#[test]
fn teams_that_are_hidden_are_a_failure_and_a_user_has_none() {
    let missing = || Reply::json(404, &json!({}));
    let teams = "https://api.github.com/orgs/acme/teams?per_page=50";
    let hidden = recorded().reply("GET", teams, missing()).get("https://api.github.com/orgs/acme", &json!({}));
    assert_eq!(with(hidden).run_stream::<GitHub>("teams", None).expect_err("hidden").kind, FailureKind::Forbidden);
    let user = recorded().reply("GET", teams, missing()).reply("GET", "https://api.github.com/orgs/acme", missing());
    assert!(with(user).run_stream::<GitHub>("teams", None).expect("a run").records.is_empty());
}

#[test]
fn a_commit_without_account_keeps_name_and_address() {
    let run = stream("commits:acme/Shop");
    let commits = only!(run, Commit);
    assert_eq!(commits.len(), 3);
    assert_eq!(commits[0].author.account.as_deref(), Some("1"));
    assert_eq!(commits[0].message, "Fix\nthe basket");
    let unmatched = &commits[1].author;
    assert_eq!((unmatched.account.as_deref(), unmatched.name.as_deref()), (None, Some("Nobody \"N\" Known")));
    assert_eq!(
        commits[1].authored_at, commits[1].committed_at,
        "an author's clock that cannot be right is not believed"
    );
    assert!(commits.iter().all(|commit| commit.repository == "acme/shop" && commit.files.is_none()));
}

#[test]
fn details_add_sizes_reviews_and_the_first_commit() {
    let run = stream("pull-requests:acme/Shop");
    let pulls = only!(run, PullRequest);
    assert_eq!(
        (pulls[0].state, pulls[1].state, pulls[1].draft),
        (PullRequestState::Merged, PullRequestState::Open, true)
    );
    assert_eq!((pulls[0].additions, pulls[0].merged_by.as_deref()), (Some(40), Some("2")));
    assert_eq!(pulls[0].first_commit_at.as_deref(), Some("2026-02-17T14:00:00Z"));
    assert_eq!((pulls[1].merge_commit.as_deref(), pulls[1].author.as_deref()), (None, None));
    let reviews: Vec<_> = only!(run, Review).into_iter().map(|it| (it.state, it.author.as_deref())).collect();
    assert_eq!(reviews, [(ReviewState::ChangesRequested, Some("2")), (ReviewState::Approved, None)]);
}

#[test]
fn without_details_what_the_list_does_not_know_stays_unknown() {
    let list = PULLS.replace("per_page=30", "per_page=100");
    let one = json!([{
        "number": 1, "title": "One", "state": "closed", "user": null, "created_at": "2026-02-10T09:00:00Z",
        "updated_at": "2026-02-11T09:00:00Z", "closed_at": "2026-02-11T09:00:00Z", "merged_at": null, "merge_commit_sha": null,
        "base": { "ref": "main" }, "head": { "ref": "one" }, "html_url": "https://github.com/acme/Shop/pull/1",
    }]);
    let kit = Kit::new(&json!({ "owner": "acme", "details": false }), NOW).upstream(Upstream::new().get(&list, &one));
    let run = kit.run_stream::<GitHub>("pull-requests:acme/Shop", None).expect("a run");
    let pull = only!(run, PullRequest)[0];
    assert_eq!((pull.additions, pull.commits, pull.first_commit_at.as_deref()), (None, None, None));
    assert_eq!((pull.state, kit.requests().len()), (PullRequestState::Closed, 1));
}

#[test]
fn issues_leave_pull_requests_out_and_go_by_page_only_within_one_second() {
    let kit = with(recorded());
    let run = kit.run_stream::<GitHub>("issues:acme/Shop", None).expect("a run");
    let items = only!(run, WorkItem);
    assert_eq!(items.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["acme/shop#9", "acme/shop#11"]);
    assert_eq!((items[0].state, items[0].kind), (WorkItemState::Dropped, Some(WorkItemKind::Defect)));
    assert_eq!((items[1].state, items[1].kind), (WorkItemState::Open, Some(WorkItemKind::Feature)));
    assert_eq!(items[1].title, "Tab in the title");
    assert_eq!((items[1].author.as_deref(), items[1].assignees.as_slice()), (None, ["1".to_owned()].as_slice()));
    let again = kit.run_stream::<GitHub>("issues:acme/Shop", run.cursor()).expect("a run");
    assert!(again.records.is_empty(), "an unchanged page brings nothing");
}

#[test]
fn comments_know_what_they_are_comments_to() {
    let run = stream("comments:acme/Shop");
    let comments: Vec<_> =
        only!(run, Comment).into_iter().map(|it| (it.subject_kind, it.kind, it.subject.as_str())).collect();
    let expected = [
        (SubjectKind::PullRequest, CommentKind::Conversation, "acme/shop#12"),
        (SubjectKind::WorkItem, CommentKind::Conversation, "acme/shop#11"),
        (SubjectKind::PullRequest, CommentKind::Review, "acme/shop#12"),
    ];
    assert_eq!(comments, expected);
    let ids: std::collections::BTreeSet<_> = run.records.iter().map(Record::id).collect();
    assert_eq!(ids.len(), 3, "the two lists number their comments independently");
}

#[test]
fn a_merge_is_one_transition() {
    let run = stream("events:acme/Shop");
    let changes: Vec<_> =
        only!(run, Transition).into_iter().map(|it| (it.subject.as_str(), it.after.as_str())).collect();
    assert_eq!(changes, [("acme/shop#12", "merged"), ("acme/shop#12", "ready"), ("acme/shop#9", "open")]);
}

#[test]
fn what_is_unfinished_is_looked_at_again() {
    let kit = with(recorded());
    for (name, first) in [("deployments:acme/Shop", 3), ("workflow-runs:acme/Shop", 3)] {
        let run = kit.run_stream::<GitHub>(name, None).expect("a run");
        assert_eq!(run.records.len(), first);
        let again = kit.run_stream::<GitHub>(name, run.cursor()).expect("a run");
        let outcomes: Vec<_> = again.records.iter().filter_map(outcome).collect();
        assert_eq!(outcomes, [Outcome::Running], "{name}");
    }
    let outcomes: Vec<_> = stream("deployments:acme/Shop").records.iter().filter_map(outcome).collect();
    assert_eq!(outcomes, [Outcome::Running, Outcome::Succeeded, Outcome::Failed]);
}

fn outcome(record: &Record) -> Option<Outcome> {
    match record {
        Record::Deployment(it) => Some(it.outcome),
        Record::WorkflowRun(it) => Some(it.outcome),
        _ => None,
    }
}

#[test]
fn a_known_first_page_brings_nothing() {
    let kit = with(recorded());
    for name in ["events:acme/Shop", "pull-requests:acme/Shop", "comments:acme/Shop"] {
        let run = kit.run_stream::<GitHub>(name, None).expect("a run");
        let before = kit.requests().len();
        let again = kit.run_stream::<GitHub>(name, run.cursor()).expect("a run");
        let asked = kit.requests().split_off(before);
        assert!(again.records.is_empty() && asked.iter().all(|it| it.header("if-none-match").is_some()), "{name}");
    }
}

#[test]
fn only_what_is_newer_than_the_mark_comes_again() {
    let event = |id: u64, at: &str| json!({ "id": id, "event": "closed", "actor": null, "created_at": at, "issue": { "number": id } });
    let upstream = |body: Value| Upstream::new().reply("GET", EVENTS, Reply::json(200, &body));
    let (old, mid, new) =
        (event(1, "2026-01-01T00:00:00Z"), event(2, "2026-01-02T00:00:00Z"), event(3, "2026-01-03T00:00:00Z"));
    let first = with(upstream(json!([mid, old]))).run_stream::<GitHub>("events:acme/Shop", None).expect("a run");
    let second = with(upstream(json!([new, mid, old])));
    let second = second.run_stream::<GitHub>("events:acme/Shop", first.cursor()).expect("a run");
    let ids: Vec<_> = second.records.iter().map(Record::id).collect();
    assert_eq!(ids, ["3", "2"], "the mark's own second comes again, since more may have happened in it");
    let since = Kit::new(&json!({ "owner": "acme", "since": "2026-01-02T01:00:00+01:00" }), NOW)
        .upstream(upstream(json!([new, mid, old])));
    assert_eq!(since.run_stream::<GitHub>("events:acme/Shop", None).expect("a run").records.len(), 2);
}

#[test]
fn refusals_become_failures_of_their_kind() {
    let limited =
        Reply::json(403, &json!({})).header("x-ratelimit-remaining", "0").header("x-ratelimit-reset", "1771668000");
    for (reply, kind, wait) in [
        (Reply::json(401, &json!({})), FailureKind::Unauthorized, None),
        (Reply::json(403, &json!({})), FailureKind::Forbidden, None),
        (Reply::json(404, &json!({})), FailureKind::NotFound, None),
        (Reply::json(429, &json!({})).header("Retry-After", "61"), FailureKind::RateLimited, Some(61)),
        (limited.header("date", "Sat, 21 Feb 2026 09:59:00 GMT"), FailureKind::RateLimited, Some(60)),
        (Reply::json(503, &json!({})), FailureKind::Upstream, None),
        (Reply::json(301, &json!({})), FailureKind::InvalidData, None),
        (Reply::json(200, &json!({ "not": "a list" })), FailureKind::InvalidData, None),
    ] {
        let failure = with(Upstream::new().reply("GET", EVENTS, reply)).run_stream::<GitHub>("events:acme/Shop", None);
        let failure = failure.expect_err("a failure");
        assert_eq!((failure.kind, failure.retry_after_seconds), (kind, wait), "{}", failure.message);
        assert!(failure.message.contains("/repos/acme/Shop/issues/events"), "{}", failure.message);
    }
}

#[test]
fn an_empty_repository_and_switched_off_issues_are_no_failure() {
    let upstream =
        Upstream::from_fn(|asked| Reply::json(if asked.url.contains("/commits") { 409 } else { 410 }, &json!({})));
    let kit = with(upstream);
    for name in ["commits:acme/Shop", "issues:acme/Shop", "comments:acme/Shop", "events:acme/Shop"] {
        assert!(kit.run_stream::<GitHub>(name, None).expect("a run").records.is_empty());
    }
}

#[test]
fn a_page_that_links_to_itself_back_or_away_is_refused() {
    let lists = [
        ("events:acme/Shop", EVENTS.to_owned()),
        ("repositories", "https://api.github.com/orgs/acme/repos?sort=created&direction=asc&per_page=100".to_owned()),
        (
            "comments:acme/Shop",
            "https://api.github.com/repos/acme/Shop/issues/comments?sort=updated&direction=asc&per_page=100".to_owned(),
        ),
    ];
    for (name, list) in lists {
        for target in
            [list.clone(), format!("{list}&page=1"), list.replace("api.github.com", "api.github.com.evil.example")]
        {
            let reply = Reply::json(200, &json!([])).header("link", &format!("<{target}>; rel=\"next\""));
            let failure = with(Upstream::new().reply("GET", &list, reply)).run_stream::<GitHub>(name, None);
            let failure = failure.expect_err("a failure");
            assert_eq!(failure.kind, FailureKind::InvalidData, "{name}: {target}");
            assert!(failure.message.contains(&target), "{}", failure.message);
        }
    }
}
