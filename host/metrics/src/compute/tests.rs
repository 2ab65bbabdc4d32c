use domain::fact::{Actor, ActorClass, CommentFact, Key, Undeployed};
use domain::rollup::Grain;

use super::*;

fn key(id: &str) -> Key {
    Key { connection: "con_1".into(), id: id.into() }
}

fn actor(id: &str, class: ActorClass) -> Option<Actor> {
    Some(Actor { key: key(id), class })
}

fn at(text: &str) -> Instant {
    text.parse().expect("an instant")
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn commit(author: Option<Actor>, authored_at: &str) -> CommitFact {
    let authored_at = at(authored_at);
    CommitFact { repository: key("r"), author, authored_at, merge: false, additions: Some(5), deletions: Some(2) }
}

fn merged(author: Option<Actor>) -> PullRequestFact {
    PullRequestFact {
        repository: key("r"),
        key: key("p"),
        author,
        created_at: at("2026-03-02T10:00:00Z"),
        merged_at: Some(at("2026-03-03T10:00:00Z")),
        closed_at: Some(at("2026-03-03T10:00:00Z")),
        first_commit_at: Some(at("2026-03-02T08:00:00Z")),
        additions: None,
        deletions: Some(1),
        deployed_at: Err(Undeployed::NotDeployed),
        ready_at: vec![],
        reviews: vec![],
        review_comments: vec![CommentFact { author: actor("bot", ActorClass::Bot), at: at("2026-03-02T10:00:05Z") }],
    }
}

fn utc(on: &str, facts: Facts<'_>) -> Vec<Bucket> {
    compute(day(on), &TimeZone::UTC, facts)
}

/// `METRIC GRAIN KEY KNOWN/UNKNOWN SUM` of every bucket of these metrics.
fn lines(buckets: &[Bucket], metrics: &[&str]) -> Vec<String> {
    let of = buckets.iter().filter(|bucket| metrics.contains(&bucket.metric.as_str()));
    of.map(|b| {
        let unknown: u64 = b.unknown.iter().map(|(_, count)| count).sum();
        format!("{} {:?} {} {}/{} {}", b.metric, b.grain, b.key, b.known, unknown, b.sum)
    })
    .collect()
}

#[test]
fn commits_are_counted_by_workspace_repository_and_person() {
    let human = || actor("ada", ActorClass::Human);
    let mut silent = commit(human(), "2026-03-02T12:00:00Z");
    silent.additions = None;
    let mut merge = commit(human(), "2026-03-02T12:00:00Z");
    merge.merge = true;
    let facts = [commit(human(), "2026-03-02T00:00:00Z"), silent, merge, commit(human(), "2026-03-03T00:00:00Z")];
    let buckets = utc("2026-03-02", Facts::Commits(&facts));
    assert_eq!(
        lines(&buckets, &["commits", "lines-added", "lines-deleted"]),
        [
            "commits Workspace  2/0 2",
            "commits Repository con_1/r 2/0 2",
            "commits Person con_1/ada 2/0 2",
            "lines-added Workspace  1/1 5",
            "lines-added Repository con_1/r 1/1 5",
            "lines-added Person con_1/ada 1/1 5",
            "lines-deleted Workspace  2/0 4",
            "lines-deleted Repository con_1/r 2/0 4",
            "lines-deleted Person con_1/ada 2/0 4",
        ]
    );
    assert_eq!(lines(&buckets, &["active-days.commits"]), ["active-days.commits Person con_1/ada 2/0 1"]);
}

#[test]
fn bots_and_agents_are_counted_apart_and_nobody_is_unknown() {
    let noon = "2026-03-02T12:00:00Z";
    let facts = [
        commit(actor("robot", ActorClass::Bot), noon),
        commit(actor("model", ActorClass::Agent), noon),
        commit(None, noon),
    ];
    let buckets = utc("2026-03-02", Facts::Commits(&facts));
    let workspace: Vec<_> = buckets.iter().filter(|b| b.grain == Grain::Workspace).cloned().collect();
    let metrics = ["commits", "bot-commits", "agent-commits", "lines-added", "active-days.commits"];
    assert_eq!(
        lines(&workspace, &metrics),
        [
            "active-days.commits Workspace  0/1 0",
            "agent-commits Workspace  1/0 1",
            "bot-commits Workspace  1/0 1",
            "commits Workspace  0/1 0",
            "lines-added Workspace  0/1 0",
        ]
    );
}

#[test]
fn flow_is_that_of_the_merge_day_and_missing_inputs_are_unknown() {
    let facts = [merged(actor("ada", ActorClass::Human))];
    assert!(lines(&utc("2026-03-02", Facts::PullRequests(&facts)), &["coding-time", "cycle-time"]).is_empty());
    let buckets = utc("2026-03-03", Facts::PullRequests(&facts));
    let person: Vec<_> = buckets.iter().filter(|b| b.grain == Grain::Person).cloned().collect();
    let metrics = ["coding-time", "cycle-time", "pickup-time", "pull-request-size", "unreviewed-merges"];
    assert_eq!(
        lines(&person, &metrics),
        [
            "coding-time Person con_1/ada 1/0 7200",
            "cycle-time Person con_1/ada 0/1 0",
            "pickup-time Person con_1/ada 0/1 0",
            "pull-request-size Person con_1/ada 0/1 0",
            "unreviewed-merges Person con_1/ada 1/0 1",
        ]
    );
    let size = person.iter().find(|b| b.metric == "pull-request-size").expect("a bucket");
    assert_eq!((&size.unknown[..], size.samples.len()), (&[("not-given".to_owned(), 1)][..], 0));
}

#[test]
fn pull_requests_of_bots_and_agents_are_in_no_flow() {
    for (class, counted) in [(ActorClass::Bot, "bot-"), (ActorClass::Agent, "agent-")] {
        let buckets = utc("2026-03-03", Facts::PullRequests(&[merged(actor("x", class))]));
        assert!(buckets.iter().all(|b| b.metric == format!("{counted}pull-requests-merged")), "{buckets:?}");
        assert_eq!(buckets.len(), 3);
    }
    let nobodys = utc("2026-03-03", Facts::PullRequests(&[merged(None)]));
    let mut flow = nobodys.iter().filter(|b| b.metric != "work-in-progress");
    assert!(flow.all(|b| b.known == 0 && b.unknown == [("author-unknown".to_owned(), 1)]));
}

#[test]
fn closed_without_a_merge_is_not_merged() {
    let closed = PullRequestFact { merged_at: None, ..merged(actor("ada", ActorClass::Human)) };
    let buckets = utc("2026-03-03", Facts::PullRequests(&[closed]));
    let mut others = buckets.iter().filter(|b| b.metric != "work-in-progress");
    assert!(others.all(|b| b.metric == "pull-requests-closed"), "{buckets:?}");
    assert!(
        utc("2026-03-03", Facts::PullRequests(&[merged(actor("ada", ActorClass::Human))]))
            .iter()
            .all(|b| b.metric != "pull-requests-closed")
    );
}

#[test]
fn replies_to_ones_own_pull_request_are_no_reviews() {
    let review = |reviewer, author: Option<&str>| ReviewFact {
        pull_request: key("p"),
        repository: Some(key("r")),
        author: reviewer,
        pull_request_author: author.map(key),
        approves: false,
        at: at("2026-03-02T12:00:00Z"),
    };
    let facts = [
        review(actor("ada", ActorClass::Human), Some("ada")),
        review(actor("ada", ActorClass::Human), Some("bob")),
        review(actor("ada", ActorClass::Human), None),
        review(actor("robot", ActorClass::Bot), None),
    ];
    let buckets = utc("2026-03-02", Facts::Reviews(&facts));
    assert_eq!(lines(&buckets, &["reviews"])[0], "reviews Workspace  1/1 1");
    assert_eq!(lines(&buckets, &["bot-reviews"])[0], "bot-reviews Workspace  1/0 1");
    assert_eq!(lines(&buckets, &["active-days.reviews"]), ["active-days.reviews Person con_1/ada 3/0 1"]);
}

#[test]
fn the_load_of_a_reviewer_is_how_many_pull_requests_of_others_they_reviewed_that_day() {
    let review = |reviewer: &str, pull_request: &str, author: Option<&str>| ReviewFact {
        pull_request: key(pull_request),
        repository: Some(key("r")),
        author: actor(reviewer, ActorClass::Human),
        pull_request_author: author.map(key),
        approves: false,
        at: at("2026-03-02T12:00:00Z"),
    };
    let mut facts = vec![
        review("ada", "1", Some("bob")),
        review("ada", "1", Some("bob")),
        review("ada", "2", Some("bob")),
        review("ada", "3", Some("ada")),
        review("bob", "4", None),
        review("bob", "5", Some("ada")),
        review("cyd", "6", Some("cyd")),
        ReviewFact { author: None, ..review("", "1", Some("bob")) },
        ReviewFact { author: actor("robot", ActorClass::Bot), ..review("", "1", Some("bob")) },
    ];
    let load = |facts: &[ReviewFact]| lines(&utc("2026-03-02", Facts::Reviews(facts)), &["review-load"]);
    let expected =
        ["review-load Workspace  1/2 2", "review-load Person con_1/ada 1/0 2", "review-load Person con_1/bob 0/1 0"];
    assert_eq!(load(&facts), expected);
    facts.reverse();
    assert_eq!(load(&facts), expected);
}

#[test]
fn work_in_progress_rises_when_it_is_opened_and_falls_when_it_ends() {
    let progress = |on, fact: &PullRequestFact| {
        lines(&utc(on, Facts::PullRequests(std::slice::from_ref(fact))), &["work-in-progress"])
    };
    let ada = || actor("ada", ActorClass::Human);
    let change = |by: &str| {
        ["Workspace ", "Repository con_1/r", "Person con_1/ada"].map(|of| format!("work-in-progress {of} {by}"))
    };
    assert_eq!(progress("2026-03-02", &merged(ada())), change("1/0 1"));
    assert_eq!(progress("2026-03-03", &merged(ada())), change("1/0 -1"));
    let closed = PullRequestFact { merged_at: None, ..merged(ada()) };
    assert_eq!(progress("2026-03-03", &closed), change("1/0 -1"));
    let within = PullRequestFact { created_at: at("2026-03-03T09:00:00Z"), ..merged(ada()) };
    assert_eq!(progress("2026-03-03", &within), change("2/0 0"));
    assert_eq!(progress("2026-03-03", &merged(None)).len(), 2, "nobody's is the repository's all the same");
    assert!(progress("2026-03-03", &merged(actor("robot", ActorClass::Bot))).is_empty());
    let backwards = PullRequestFact { created_at: at("2026-03-03T11:00:00Z"), ..merged(ada()) };
    assert!(progress("2026-03-03", &backwards).is_empty());
}

#[test]
fn work_items_count_for_who_opens_and_for_who_closes_them() {
    let item = WorkItemFact {
        project: Some(key("r")),
        author: actor("robot", ActorClass::Bot),
        assignees: ["ada", "bob"].into_iter().filter_map(|id| actor(id, ActorClass::Human)).collect(),
        created_at: at("2026-03-02T09:00:00Z"),
        closed_at: Some(at("2026-03-02T19:00:00Z")),
        dropped: false,
    };
    let dropped = WorkItemFact { dropped: true, author: actor("ada", ActorClass::Human), ..item.clone() };
    let buckets = utc("2026-03-02", Facts::WorkItems(&[item, dropped]));
    assert_eq!(
        lines(&buckets, &["work-items-opened", "work-items-closed"]),
        [
            "work-items-closed Workspace  1/0 1",
            "work-items-closed Repository con_1/r 1/0 1",
            "work-items-closed Person con_1/ada 1/0 1",
            "work-items-closed Person con_1/bob 1/0 1",
            "work-items-opened Workspace  1/0 1",
            "work-items-opened Repository con_1/r 1/0 1",
            "work-items-opened Person con_1/ada 1/0 1",
        ]
    );
}

#[test]
fn cancelled_runs_are_on_neither_side_of_the_failure_rate() {
    let run = |succeeded| WorkflowRunFact {
        repository: None,
        succeeded,
        started_at: None,
        finished_at: at("2026-03-02T12:00:00Z"),
    };
    let facts = [run(Some(true)), run(Some(false)), run(Some(true)), run(None)];
    let buckets = utc("2026-03-02", Facts::WorkflowRuns(&facts));
    assert_eq!(
        lines(&buckets, &["workflow-runs", "workflow-failure-rate"]),
        ["workflow-failure-rate Workspace  3/0 1", "workflow-runs Workspace  4/0 4",]
    );
}

#[test]
fn deployments_count_where_they_succeeded_whoever_asked() {
    let deployment = |succeeded| DeploymentFact {
        repository: Some(key("r")),
        environment: "live".into(),
        production: None,
        sha: None,
        succeeded,
        author: actor("robot", ActorClass::Bot),
        finished_at: at("2026-03-02T12:00:00Z"),
    };
    let buckets = utc("2026-03-02", Facts::Deployments(&[deployment(true), deployment(false)]));
    assert_eq!(
        lines(&buckets, &["deployments"]),
        ["deployments Workspace  1/0 1", "deployments Repository con_1/r 1/0 1"]
    );
}

#[test]
fn a_day_is_as_long_as_its_zone_makes_it_and_no_commit_is_lost_or_counted_twice() {
    let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
    // One commit every half hour, from well before to well after the two changes of the clock in 2026.
    for (on, hours) in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)] {
        let from = at(&format!("{on}T00:00:00Z")).as_micros() - 86_400_000_000;
        let facts: Vec<_> = (0..144)
            .map(|half| Instant::from_micros(from + half * 1_800_000_000))
            .map(|authored_at| CommitFact { authored_at, ..commit(None, "2026-01-01T00:00:00Z") })
            .collect();
        let count = |day| {
            let buckets = compute(day, &berlin, Facts::Commits(&facts));
            buckets.iter().find(|b| b.metric == "commits").map_or(0, |b| b.unknown[0].1)
        };
        assert_eq!(count(day(on)), 2 * hours, "{on}");
        assert_eq!((-3..=3).map(|offset| count(day(on).plus(offset))).sum::<u64>(), 144);
    }
}

#[test]
fn the_same_facts_in_any_order_give_the_same_buckets_and_none_gives_none() {
    let times = ["2026-03-03T01:00:00Z", "2026-03-03T10:00:00.3Z", "2026-03-03T11:00:00.1Z"];
    let mut facts: Vec<_> = times
        .iter()
        .map(|time| PullRequestFact { merged_at: Some(at(time)), ..merged(actor("ada", ActorClass::Human)) })
        .collect();
    let before = utc("2026-03-03", Facts::PullRequests(&facts));
    facts.reverse();
    assert_eq!(before, utc("2026-03-03", Facts::PullRequests(&facts)));
    assert!(utc("2026-03-09", Facts::PullRequests(&facts)).is_empty());
}

#[test]
fn every_bucket_is_one_that_a_metric_of_its_family_reads() {
    use crate::{Group, METRICS};
    let pull_requests = [merged(actor("ada", ActorClass::Human))];
    let commits = [commit(actor("ada", ActorClass::Human), "2026-03-03T10:00:00Z")];
    for facts in [Facts::PullRequests(&pull_requests), Facts::Commits(&commits)] {
        for bucket in utc("2026-03-03", facts) {
            assert!(crate::registry::written_by(facts.family()).contains(&bucket.metric.as_str()), "{bucket:?}");
            let of_family = METRICS.iter().filter(|metric| metric.families.contains(&facts.family()));
            let groups = [Group::None, Group::Repository, Group::Person];
            let mut reads = of_family.flat_map(|metric| groups.map(|group| metric.reads(group)).concat());
            assert!(reads.any(|read| read.metric == bucket.metric && read.grain == bucket.grain), "{bucket:?}");
        }
    }
}
