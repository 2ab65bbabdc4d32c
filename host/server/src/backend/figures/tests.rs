use domain::record::Signature;
use domain::{Next, Record};
use metrics::{Interval, Window};

use super::*;
use crate::backend::testing::{Bench, Source, at, by, commit, membership, person, pull_request, repository, team};

fn march(from: u32, to: u32, group: Group) -> Query {
    let day = |day: u32| format!("2026-03-{day:02}").parse().expect("a day");
    let window = Window::new(day(from), day(to)).expect("a window");
    Query { window, interval: Interval::Total, group }
}

async fn commits(bench: &Bench, query: &Query) -> Result<Figures, FiguresError> {
    let metric = metrics::registry::find_metric("commits").expect("a metric");
    figures(&bench.store, bench.workspace, metric, query).await
}

/// The label and the value of each series, by label.
fn values(figures: &Figures) -> Vec<(String, Option<f64>)> {
    let series = figures.answer.series.iter().map(|series| {
        let label = figures.label(series.key.as_deref().unwrap_or_default());
        (label.to_owned(), series.points[0].value)
    });
    let mut values: Vec<_> = series.collect();
    values.sort_by(|a, b| a.0.cmp(&b.0));
    values
}

fn of(label: &str, value: f64) -> (String, Option<f64>) {
    (label.to_owned(), Some(value))
}

async fn bring(bench: &Bench, source: Source, records: Vec<Record>) {
    bench.bring(source, Next::Done("end".to_owned()), at("2026-03-20T08:00:00Z"), records).await;
    bench.roll_up().await;
}

#[tokio::test]
async fn repositories_and_people_come_with_their_names() {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    let noon = at("2026-03-10T12:00:00Z");
    let address = Signature { account: None, name: None, email: Some("Cy@Example.org".to_owned()) };
    let records = vec![
        repository("shop"),
        person("ann"),
        commit("1", "shop", by("ann"), noon),
        commit("2", "shop", address, noon),
        commit("3", "unnamed", by("bob"), noon),
    ];
    bring(&bench, source, records).await;

    let key = |id: &str| format!("{}/{id}", source.connection);
    let found = commits(&bench, &march(1, 31, Group::Repository)).await.expect("figures");
    assert_eq!(values(&found), [of("acme/shop", 2.0), of(&key("unnamed"), 1.0)]);
    let keys: Vec<_> = found.answer.series.iter().map(|series| series.key.clone()).collect();
    assert_eq!(keys, [Some(key("shop")), Some(key("unnamed"))]);
    let found = commits(&bench, &march(1, 31, Group::Person)).await.expect("figures");
    assert_eq!(values(&found), [of("ann-login", 1.0), of(&key("bob"), 1.0), of("cy@example.org", 1.0)]);
    let found = commits(&bench, &march(1, 31, Group::None)).await.expect("figures");
    assert_eq!(values(&found), [of("", 3.0)]);
    let found = commits(&bench, &march(11, 31, Group::Repository)).await.expect("figures");
    assert_eq!(values(&found), []);
}

#[tokio::test]
async fn a_team_has_its_members_on_the_days_of_the_workspaces_zone() {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    // In Berlin it is already the day after: Ann is in the team from the 5th to the 9th.
    let (since, until) = (at("2026-03-04T23:30:00Z"), at("2026-03-09T23:30:00Z"));
    let mut records = vec![
        team("all", None),
        team("inner", Some("all")),
        membership("all", "bob", None, None),
        membership("inner", "ann", Some(since), Some(until)),
        commit("bob", "shop", by("bob"), at("2026-03-07T12:00:00Z")),
    ];
    for day in 4..=10 {
        let noon = at(&format!("2026-03-{day:02}T12:00:00Z"));
        records.push(commit(&format!("ann-{day}"), "shop", by("ann"), noon));
    }
    bring(&bench, source, records).await;

    let found = commits(&bench, &march(1, 31, Group::Team)).await.expect("figures");
    assert_eq!(values(&found), [of("Team all", 1.0), of("Team inner", 5.0)]);
    for (day, inner) in [(4, None), (5, Some(1.0)), (9, Some(1.0)), (10, None)] {
        let found = commits(&bench, &march(day, day, Group::Team)).await.expect("figures");
        assert_eq!(values(&found), [("Team all".to_owned(), None), ("Team inner".to_owned(), inner)], "{day}");
    }
}

#[tokio::test]
async fn too_many_points_are_refused_before_they_are_made() {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    let day = |number| Day::from_number(number);
    let window = Window::new(day(20_000), day(20_000 + 3_659)).expect("a window");
    let query = Query { window, interval: Interval::Day, group: Group::Repository };
    let one_in = |number: i32| {
        let (start, _) = window.from().plus(number).bounds(&TimeZone::UTC);
        commit(&format!("{number}"), &format!("{number}"), by("ann"), start)
    };
    // 27 × 3,660 is below the bound of 100,000, and 28 × 3,660 above it.
    bring(&bench, source, (1..=27).map(one_in).collect()).await;
    assert_eq!(commits(&bench, &query).await.expect("figures").answer.series.len(), 27);
    bring(&bench, source, vec![one_in(28)]).await;
    let refused = commits(&bench, &query).await;
    assert!(matches!(refused, Err(FiguresError::TooManyPoints { points: 102_480 })), "{refused:?}");
    let weeks = Query { interval: Interval::Week, ..query };
    assert_eq!(commits(&bench, &weeks).await.expect("figures").answer.series.len(), 28);
}

#[tokio::test]
async fn the_same_version_has_the_same_figures_and_a_page_makes_a_new_one() {
    let bench = Bench::new().await;
    let query = march(1, 31, Group::None);
    let state = async || {
        let Figures { data_version, newest_page, behind, .. } = commits(&bench, &query).await.expect("figures");
        (data_version, newest_page, behind)
    };
    assert_eq!(state().await, (0, None, false));
    let source = bench.source(bench.workspace, "forge").await;
    let (now, noon) = (at("2026-03-20T08:00:00Z"), at("2026-03-10T12:00:00Z"));
    bench.bring(source, Next::Done("end".to_owned()), now, vec![commit("1", "shop", by("ann"), noon)]).await;
    let paged = state().await;
    assert_eq!(paged, (1, Some(now), true));
    bench.roll_up().await;
    let computed = state().await;
    assert!(computed.0 > paged.0 && computed == (computed.0, Some(now), false), "{computed:?}");
    // Another run that brings nothing changes nothing.
    bench.again(source).await;
    assert_eq!(state().await, computed);
}

#[tokio::test]
async fn a_metric_that_is_not_kept_for_a_group_has_no_answer() {
    let bench = Bench::new().await;
    let metric = metrics::registry::find_metric("active-days").expect("a metric");
    let refused = figures(&bench.store, bench.workspace, metric, &march(1, 2, Group::Repository)).await;
    assert!(matches!(refused, Err(FiguresError::Query(QueryError::Group { .. }))), "{refused:?}");
}

#[tokio::test]
async fn work_in_progress_is_known_until_pull_requests_were_last_read() {
    let bench = Bench::new().await;
    let source = bench.source(bench.workspace, "forge").await;
    let open = |id: &str, created| Record::PullRequest(pull_request(id, at(created), None));
    let merged = pull_request("2", at("2026-03-03T12:00:00Z"), Some(("a", at("2026-03-05T12:00:00Z"))));
    let records = vec![open("1", "2026-02-01T12:00:00Z"), Record::PullRequest(merged)];
    let metric = metrics::registry::find_metric("work-in-progress").expect("a metric");
    let query = Query { interval: Interval::Day, ..march(2, 8, Group::None) };
    let read = async || {
        let found = figures(&bench.store, bench.workspace, metric, &query).await.expect("figures");
        found.answer.series[0].points.iter().map(|point| point.value).collect::<Vec<_>>()
    };
    // In Berlin, the 7th was over an hour before.
    let end = Next::More("on".to_owned());
    bench.bring(source, end, at("2026-03-08T00:00:00Z"), records).await;
    bench.roll_up().await;
    assert_eq!(read().await, [None; 7], "there may be more of them");
    bench.bring(source, Next::Done("end".to_owned()), at("2026-03-08T00:00:00Z"), Vec::new()).await;
    bench.roll_up().await;
    let [one, two] = [Some(1.0), Some(2.0)];
    assert_eq!(read().await, [one, two, two, one, one, one, None]);
}
