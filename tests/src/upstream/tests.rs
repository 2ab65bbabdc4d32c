use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::LazyLock;

use connector_github::GitHub;
use jiff::Timestamp;
use serde_json::{Value, json};
use weighbridge_sdk::Next;
use weighbridge_sdk::records::{AccountKind, Outcome, PullRequestState, Record};
use weighbridge_sdk::testing::{self, Kit, Reply, Run};

use super::*;

const NOW: &str = "2026-03-02T16:00:00Z";

fn organisation() -> Organisation {
    Organisation::generate(NOW.parse().expect("an instant"), 1)
}

fn get(upstream: &Upstream, path: &str, query: &str) -> Answer {
    upstream.answer(&Asked { method: "GET", path, query, ..Asked::default() })
}

fn header(answer: &Answer, name: &str) -> Option<String> {
    answer.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
}

fn items(answer: &Answer) -> Vec<Value> {
    serde_json::from_slice(&answer.body).expect("a JSON array")
}

/// The connector, asking the simulator without a wire between them.
fn kit(upstream: Upstream, settings: &Value) -> Kit {
    let upstream = Rc::new(upstream);
    let answering = move |asked: &testing::Asked| {
        let rest = asked.url.strip_prefix("https://api.github.com").expect("GitHub's host alone is asked");
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let if_none_match = asked.header("if-none-match");
        let answer = upstream.answer(&Asked { method: asked.method, path, query, authorization: None, if_none_match });
        let headers = answer.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Reply { status: answer.status, headers, body: answer.body }
    };
    Kit::new(settings, NOW).upstream(testing::Upstream::from_fn(answering))
}

/// Everything, pulled once for all tests that look at it.
static WHOLE: LazyLock<Run> = LazyLock::new(|| {
    kit(Upstream::new(organisation()), &json!({ "owner": "acme" })).run_to_end::<GitHub>().expect("a run")
});

#[test]
fn the_same_instant_and_seed_give_the_same_organisation() {
    assert_eq!(format!("{:?}", organisation()), format!("{:?}", organisation()));
    let later: Timestamp = "2026-03-03T16:00:00Z".parse().expect("an instant");
    assert_ne!(format!("{:?}", organisation()), format!("{:?}", Organisation::generate(later, 1)));
}

#[test]
fn pages_lead_from_the_first_to_the_last_by_their_links() {
    let upstream = Upstream::new(organisation());
    let mut seen = BTreeSet::new();
    let (mut path, mut query) = ("/repos/acme/shop/pulls".to_owned(), "state=all&per_page=40".to_owned());
    loop {
        let answer = get(&upstream, &path, &query);
        seen.extend(items(&answer).iter().map(|pull| pull["number"].as_u64().expect("a number")));
        let link = header(&answer, "link").unwrap_or_default();
        let Some(next) = link.split(", ").find(|link| link.ends_with("rel=\"next\"")) else { break };
        let target = next.split(['<', '>']).nth(1).expect("a target");
        let rest = target.strip_prefix("https://api.github.com").expect("GitHub's own host");
        let (next_path, next_query) = rest.split_once('?').expect("a query");
        (path, query) = (next_path.to_owned(), next_query.to_owned());
    }
    let shop = &upstream_pulls(&organisation(), "shop");
    assert_eq!(&seen, shop);
    assert!(seen.len() > 200, "{}", seen.len());
}

fn upstream_pulls(organisation: &Organisation, name: &str) -> BTreeSet<u64> {
    let repository = organisation.repositories.iter().find(|repository| repository.name == name).expect("there");
    repository.pulls.iter().map(|pull| pull.number.into()).collect()
}

#[test]
fn a_known_tag_is_answered_by_304_without_a_body() {
    let upstream = Upstream::new(organisation());
    let first = get(&upstream, "/repos/acme/shop/commits", "");
    let etag = header(&first, "etag");
    let asked = Asked { method: "GET", path: "/repos/acme/shop/commits", ..Asked::default() };
    let again = upstream.answer(&Asked { if_none_match: etag.as_deref(), ..asked });
    assert_eq!((first.status, again.status, again.body.len()), (200, 304, 0));
}

#[test]
fn token_limit_and_faults_refuse_as_github_does() {
    let strict = Upstream::new(organisation()).token("secret");
    assert_eq!(get(&strict, "/orgs/acme", "").status, 401);
    let asked = Asked { method: "GET", path: "/orgs/acme", authorization: Some("Bearer secret"), ..Asked::default() };
    assert_eq!(strict.answer(&asked).status, 200);
    let scarce = Upstream::new(organisation()).rate_limit(2);
    let answers: Vec<Answer> = (0..3).map(|_| get(&scarce, "/orgs/acme", "")).collect();
    assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200, 200, 429]);
    assert_eq!(header(&answers[1], "x-ratelimit-remaining").as_deref(), Some("0"));
    assert!(header(&answers[2], "retry-after").is_some());
    let shaky = Upstream::new(organisation()).fail_every(2);
    assert_eq!([get(&shaky, "/orgs/acme", "").status, get(&shaky, "/orgs/acme", "").status], [200, 502]);
    assert_eq!(get(&shaky, "/orgs/other", "").status, 404);
}

#[test]
fn the_connector_brings_everything_that_the_organisation_has() {
    let organisation = organisation();
    let run = &*WHOLE;
    let count = |fits: fn(&Record) -> bool| {
        let ids: BTreeSet<&str> = run.records().filter(|record| fits(record)).map(Record::id).collect();
        ids.len()
    };
    let all = |count: fn(&super::organisation::Repository) -> usize| {
        organisation.repositories.iter().map(count).sum::<usize>()
    };
    assert_eq!(count(|record| matches!(record, Record::Person(_))), 40 - 1, "all but the bot that never commits");
    assert_eq!(count(|record| matches!(record, Record::Team(_))), 3);
    assert_eq!(count(|record| matches!(record, Record::Membership(_))), 38);
    assert_eq!(count(|record| matches!(record, Record::Repository(_))), 6);
    assert_eq!(count(|record| matches!(record, Record::Commit(_))), all(|repository| repository.commits.len()));
    assert_eq!(count(|record| matches!(record, Record::PullRequest(_))), all(|repository| repository.pulls.len()));
    assert_eq!(count(|record| matches!(record, Record::WorkItem(_))), all(|repository| repository.issues.len()));
    let reviews = all(|repository| repository.pulls.iter().map(|pull| pull.reviews.len()).sum());
    assert_eq!(count(|record| matches!(record, Record::Review(_))), reviews);
    let comments = all(|repository| repository.comments.len() + repository.line_comments.len());
    assert_eq!(count(|record| matches!(record, Record::Comment(_))), comments);
    assert_eq!(count(|record| matches!(record, Record::Deployment(_))), all(|repository| repository.deployments.len()));
    assert_eq!(count(|record| matches!(record, Record::WorkflowRun(_))), all(|repository| repository.runs.len()));
    let merges = all(|repository| repository.pulls.iter().filter(|pull| pull.merged.is_some()).count());
    let events = all(|repository| repository.events.len());
    assert_eq!(count(|record| matches!(record, Record::Transition(_))), events - merges, "a merge is one transition");
}

#[test]
fn the_numbers_look_like_those_of_people_at_work() {
    let run = &*WHOLE;
    let pulls: Vec<_> = run
        .records()
        .filter_map(|record| if let Record::PullRequest(pull) = record { Some(pull) } else { None })
        .collect();
    let seconds = |text: &str| text.parse::<Timestamp>().expect("an instant").as_second();
    let mut hours: Vec<f64> = pulls
        .iter()
        .filter_map(|pull| Some((seconds(pull.merged_at.as_ref()?) - seconds(&pull.created_at)) as f64 / 3600.0))
        .collect();
    hours.sort_by(f64::total_cmp);
    let median = hours[hours.len() / 2];
    assert!((4.0..60.0).contains(&median), "median hours to merge: {median}");
    assert!(hours[hours.len() * 9 / 10] > 3.0 * median, "the tail is long");
    let weekend = pulls.iter().filter(|pull| rhythm::weekday(seconds(&pull.created_at)) >= 5).count();
    assert!(weekend * 10 < pulls.len(), "{weekend} of {} are opened at weekends", pulls.len());
    let open = pulls.iter().filter(|pull| pull.state == PullRequestState::Open).count();
    assert!((5..pulls.len() / 8).contains(&open), "{open} of {} are open", pulls.len());
    assert!((1_000..4_000).contains(&pulls.len()), "{}", pulls.len());
    let failed = |record: &&Record| matches!(record, Record::Deployment(it) if it.outcome == Outcome::Failed);
    let deployments = run.records().filter(|record| matches!(record, Record::Deployment(_))).count();
    let failed = run.records().filter(failed).count();
    assert!((deployments / 50..deployments / 8).contains(&failed), "{failed} of {deployments} deployments failed");
    let bots = run.stream("people").stored();
    let bots = bots.values().filter(|record| matches!(record, Record::Person(it) if it.kind == AccountKind::Bot));
    assert_eq!(bots.count(), 1);
}

#[test]
fn a_second_run_brings_nothing_where_nothing_has_happened() {
    let settings = json!({ "owner": "acme", "repositories": ["routing"], "details": false });
    let kit = kit(Upstream::new(organisation()), &settings);
    let first = kit.run_to_end::<GitHub>().expect("a run");
    for (name, stream) in first.streams.iter().filter(|(name, _)| name.contains(':')) {
        let second = kit.run_stream::<GitHub>(name, stream.cursor()).expect("a run");
        let third = kit.run_stream::<GitHub>(name, second.cursor()).expect("a run");
        assert!(third.records.len() <= 20, "{name} brings {} again", third.records.len());
        assert!(third.records.len() < stream.records.len() / 4, "{name} brings {} again", third.records.len());
    }
}

#[test]
fn a_source_that_fails_now_and_then_costs_no_record() {
    let settings = json!({ "owner": "acme", "repositories": ["routing"] });
    let calm = kit(Upstream::new(organisation()), &settings).run_to_end::<GitHub>().expect("a run");
    let shaky = kit(Upstream::new(organisation()).fail_every(151), &settings);
    let mut failures = 0;
    for (name, calm) in calm.streams {
        let (mut cursor, mut records) = (None, Vec::new());
        loop {
            let Ok(page) = shaky.pull::<GitHub>(&name, cursor.as_deref()) else {
                failures += 1;
                continue;
            };
            records.extend(page.records);
            match page.next {
                Next::More(next) => cursor = Some(next),
                Next::Done(_) => break,
            }
        }
        assert_eq!(records, calm.records, "{name}");
    }
    assert!(failures > 3, "{failures}");
}

#[tokio::test]
async fn it_answers_on_a_port() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let handle = serve(([127, 0, 0, 1], 0).into(), Upstream::new(organisation())).await.expect("a port");
    let mut stream = tokio::net::TcpStream::connect(handle.address).await.expect("a connection");
    let request = "GET /repos/acme/shop HTTP/1.1\r\nhost: api.github.com\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("an answer");
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.contains("\"full_name\":\"acme/shop\""), "{text}");
    assert_eq!(handle.upstream.requests(), 1);
}
