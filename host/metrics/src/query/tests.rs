use domain::rollup::{Family, Grain};
use proptest::prelude::*;

use super::*;
use crate::registry::{activity, delivery, flow};
use crate::samples::{Method, Samples};

const ADA: &str = "con_1/ada";
const BOB: &str = "con_1/bob";

fn query(
    metric: &'static Metric,
    ask: &Query,
    buckets: &[Bucket],
    teams: &[TeamMembers],
) -> Result<Answer, QueryError> {
    super::query(metric, ask, &Inputs { buckets, teams, seen_until: None })
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn bucket(metric: &str, on: &str, grain: Grain, key: &str, known: u64, sum: f64) -> Bucket {
    Bucket { metric: metric.into(), day: day(on), grain, key: key.into(), known, unknown: vec![], sum, samples: vec![] }
}

fn distribution(metric: &str, on: &str, grain: Grain, key: &str, values: &[f64]) -> Bucket {
    let samples = Samples::from_values(values.to_vec()).encode();
    Bucket { samples, ..bucket(metric, on, grain, key, values.len() as u64, values.iter().sum()) }
}

fn ask(from: &str, to: &str, interval: Interval, group: Group) -> Query {
    Query { window: Window::new(day(from), day(to)).expect("a window"), interval, group }
}

fn year(interval: Interval, group: Group) -> Query {
    ask("2026-01-01", "2026-12-31", interval, group)
}

fn member(person: &str, since: Option<&str>, until: Option<&str>) -> Member {
    Member { person: person.into(), since: since.map(day), until: until.map(day) }
}

fn team(key: &str, members: Vec<Member>) -> TeamMembers {
    TeamMembers { key: key.into(), name: key.to_uppercase(), members }
}

fn values(series: &Series) -> Vec<Option<f64>> {
    series.points.iter().map(|point| point.value).collect()
}

#[test]
fn months_without_data_are_gaps_and_not_zero() {
    let buckets = [
        bucket("commits", "2026-01-10", Grain::Workspace, "", 3, 3.0),
        bucket("commits", "2026-03-31", Grain::Workspace, "", 2, 2.0),
        bucket("commits", "2026-03-01", Grain::Workspace, "", 1, 1.0),
    ];
    let answer =
        query(&activity::COMMITS, &ask("2026-01-01", "2026-04-30", Interval::Month, Group::None), &buckets, &[]);
    let series = &answer.expect("an answer").series[0];
    assert_eq!(values(series), [Some(3.0), None, Some(3.0), None]);
    let gap = &series.points[1];
    assert_eq!((gap.reason.as_deref(), gap.n, gap.coverage), (Some("no-data"), 0, None));
}

#[test]
fn a_window_without_any_bucket_has_its_points_all_the_same() {
    let answer = query(&activity::COMMITS, &year(Interval::Month, Group::None), &[], &[]).expect("an answer");
    assert_eq!(values(&answer.series[0]), [None; 12]);
    let answer = query(&activity::COMMITS, &year(Interval::Total, Group::Team), &[], &[team("a", vec![])]);
    assert_eq!(values(&answer.expect("an answer").series[0]), [None]);
}

#[test]
fn only_unknown_inputs_give_no_value_and_say_why() {
    let mut unknown = distribution("pickup-time", "2026-01-10", Grain::Workspace, "", &[]);
    unknown.unknown = vec![("negative".into(), 1), ("not-reviewed".into(), 2)];
    let known = distribution("pickup-time", "2026-01-11", Grain::Workspace, "", &[5.0]);
    let total = |buckets: &[Bucket]| {
        let answer = query(&flow::PICKUP_TIME, &year(Interval::Total, Group::None), buckets, &[]).expect("an answer");
        answer.series[0].points[0].clone()
    };
    let alone = total(std::slice::from_ref(&unknown));
    assert_eq!((alone.value, alone.coverage, alone.reason.as_deref()), (None, Some(0.0), Some("not-reviewed")));
    let both = total(&[unknown, known]);
    assert_eq!((both.value, both.n, both.coverage, both.reason), (Some(5.0), 1, Some(0.25), None));
    assert_eq!(both.unknown.iter().map(|unknown| unknown.count).sum::<u64>(), 3);
}

#[test]
fn a_week_has_the_median_of_its_values_and_not_that_of_its_days() {
    let buckets = [
        distribution("pickup-time", "2026-01-05", Grain::Workspace, "", &[1.0, 2.0, 3.0]),
        distribution("pickup-time", "2026-01-06", Grain::Workspace, "", &[100.0]),
    ];
    let answer =
        query(&flow::PICKUP_TIME, &ask("2026-01-05", "2026-01-11", Interval::Week, Group::None), &buckets, &[]);
    let point = &answer.expect("an answer").series[0].points[0];
    assert_eq!((point.value, point.n, point.partial, point.method), (Some(2.5), 4, false, Method::Exact));
    assert!((point.p90.expect("a p90") - 70.9).abs() < 1e-9);
}

#[test]
fn many_values_are_answered_from_a_sketch_that_says_so() {
    let many: Vec<f64> = (1..=1_001).map(f64::from).collect();
    let buckets = [distribution("pickup-time", "2026-01-05", Grain::Workspace, "", &many)];
    let answer = query(&flow::PICKUP_TIME, &year(Interval::Total, Group::None), &buckets, &[]).expect("an answer");
    let point = &answer.series[0].points[0];
    assert_eq!((point.method, point.relative_error), (Method::Sketch, Some(0.01)));
    assert!((point.value.expect("a median") - 501.0).abs() <= 5.01);
}

#[test]
fn ratios_divide_all_failures_by_all_runs() {
    let buckets = [
        bucket("workflow-failure-rate", "2026-01-05", Grain::Workspace, "", 1, 1.0),
        bucket("workflow-failure-rate", "2026-01-06", Grain::Workspace, "", 9, 1.0),
    ];
    let ask = year(Interval::Total, Group::None);
    let answer = query(&delivery::WORKFLOW_FAILURE_RATE, &ask, &buckets, &[]).expect("an answer");
    assert_eq!(values(&answer.series[0]), [Some(0.2)]);
}

#[test]
fn a_day_is_active_once_whatever_was_done_on_it() {
    let mark = |family: &str, on, person| bucket(&format!("active-days.{family}"), on, Grain::Person, person, 4, 1.0);
    let mut nobodys = bucket("active-days.commits", "2026-01-05", Grain::Workspace, "", 0, 0.0);
    nobodys.unknown = vec![("author-unknown".into(), 4)];
    let buckets = [
        mark("commits", "2026-01-05", ADA),
        mark("reviews", "2026-01-05", ADA),
        mark("pull-requests", "2026-01-06", ADA),
        mark("commits", "2026-01-05", BOB),
        nobodys,
    ];
    let total = |group, teams: &[TeamMembers]| {
        query(&activity::ACTIVE_DAYS, &year(Interval::Total, group), &buckets, teams).expect("an answer").series
    };
    let all = &total(Group::None, &[])[0].points[0];
    assert_eq!((all.value, all.n, all.coverage), (Some(3.0), 16, Some(0.8)));
    let people = total(Group::Person, &[]);
    assert_eq!(
        people.iter().map(|one| (one.key.as_deref(), values(one)[0])).collect::<Vec<_>>(),
        [(Some(ADA), Some(2.0)), (Some(BOB), Some(1.0))]
    );
    let teams = total(Group::Team, &[team("a", vec![member(ADA, None, None), member(BOB, None, None)])]);
    assert_eq!(values(&teams[0]), [Some(3.0)]);
}

#[test]
fn who_moves_between_teams_counts_for_each_as_long_as_they_were_in_it() {
    let on = |day| bucket("commits", day, Grain::Person, ADA, 1, 1.0);
    let buckets = [on("2026-01-31"), on("2026-02-01"), on("2026-02-02")];
    let teams = [
        team("a", vec![member(ADA, None, Some("2026-02-01"))]),
        team("b", vec![member(ADA, Some("2026-02-01"), None), member(ADA, None, None)]),
    ];
    let answer = query(&activity::COMMITS, &year(Interval::Total, Group::Team), &buckets, &teams).expect("an answer");
    assert_eq!(answer.series.iter().map(values).collect::<Vec<_>>(), [[Some(1.0)], [Some(3.0)]]);
    assert_eq!(answer.series[0].name.as_deref(), Some("A"));
}

#[test]
fn teams_have_the_median_of_their_members_values() {
    let buckets = [
        distribution("cycle-time", "2026-01-05", Grain::Person, ADA, &[1.0, 3.0]),
        distribution("cycle-time", "2026-01-06", Grain::Person, BOB, &[9.0]),
    ];
    let teams = [team("a", vec![member(ADA, None, None), member(BOB, None, None)])];
    let answer = query(&flow::CYCLE_TIME, &year(Interval::Total, Group::Team), &buckets, &teams).expect("an answer");
    assert_eq!(values(&answer.series[0]), [Some(3.0)]);
}

/// What is in progress, from by how much each day changes it: (person, day, change).
fn progress(ask: &Query, changes: &[(&str, &str, f64)], teams: &[TeamMembers], seen_until: &str) -> Vec<Series> {
    let grain = if ask.group == Group::None { Grain::Workspace } else { Grain::Person };
    let change = |(key, on, change): &(&str, &str, f64)| bucket("work-in-progress", on, grain, key, 1, *change);
    let buckets: Vec<_> = changes.iter().map(change).collect();
    let inputs = Inputs { buckets: &buckets, teams, seen_until: Some(day(seen_until)) };
    super::query(&flow::WORK_IN_PROGRESS, ask, &inputs).expect("an answer").series
}

#[test]
fn a_level_goes_on_where_nothing_changes_and_ends_with_what_was_seen() {
    let changes = [("", "2025-12-20", 2.0), ("", "2026-01-03", 1.0), ("", "2026-01-05", -3.0)];
    let daily = |from, seen| {
        let ask = ask(from, "2026-01-07", Interval::Day, Group::None);
        progress(&ask, &changes, &[], seen)[0].points.clone()
    };
    let points = daily("2026-01-01", "2026-01-06");
    let found: Vec<_> = points.iter().map(|point| (point.value, point.n)).collect();
    let three = [(Some(2.0), 1), (Some(2.0), 1), (Some(3.0), 1), (Some(3.0), 1), (Some(0.0), 1), (Some(0.0), 1)];
    assert_eq!(found, [&three[..], &[(None, 0)]].concat());
    assert_eq!((points[6].reason.as_deref(), points[6].coverage), (Some("no-data"), None));
    let before = daily("2025-12-18", "2026-01-06");
    assert_eq!(before.iter().take(3).map(|point| point.value).collect::<Vec<_>>(), [None, None, Some(2.0)]);
    assert!(daily("2026-01-01", "2025-12-31").iter().all(|point| point.value.is_none()), "nothing was seen of them");
}

#[test]
fn a_longer_interval_has_the_median_of_its_daily_samples() {
    let changes = [("", "2026-01-05", 4.0), ("", "2026-01-07", 6.0), ("", "2026-01-08", -10.0)];
    let week = ask("2026-01-05", "2026-01-11", Interval::Week, Group::None);
    let point = &progress(&week, &changes, &[], "2026-01-20")[0].points[0];
    // 4, 4, 10, 0, 0, 0, 0
    assert_eq!((point.value, point.n, point.coverage), (Some(0.0), 7, Some(1.0)));
    let point = &progress(&week, &changes, &[], "2026-01-07")[0].points[0];
    assert_eq!((point.value, point.n), (Some(4.0), 3));
}

#[test]
fn what_somebody_has_in_progress_moves_with_them_from_team_to_team() {
    let changes = [(ADA, "2026-01-01", 2.0), (BOB, "2026-01-02", 1.0), (BOB, "2026-01-04", -1.0)];
    let teams = [
        team("a", vec![member(ADA, None, Some("2026-01-03")), member(BOB, None, None)]),
        team("b", vec![member(ADA, Some("2026-01-03"), None)]),
    ];
    let of = |group, teams: &[TeamMembers]| {
        progress(&ask("2026-01-01", "2026-01-04", Interval::Day, group), &changes, teams, "2026-02-01")
    };
    let found = of(Group::Team, &teams);
    assert_eq!(values(&found[0]), [Some(2.0), Some(3.0), Some(1.0), Some(0.0)]);
    assert_eq!(values(&found[1]), [None, None, Some(2.0), Some(2.0)]);
    let people = of(Group::Person, &[]);
    assert_eq!(values(&people[1]), [None, Some(1.0), Some(1.0), Some(0.0)]);
    let later = progress(&ask("2026-01-05", "2026-01-06", Interval::Day, Group::Person), &changes, &[], "2026-02-01");
    assert_eq!(later.len(), 1, "who has nothing in progress is no series: {later:?}");
}

#[test]
fn other_metrics_grains_and_days_are_passed_over() {
    let buckets = [
        bucket("commits", "2026-01-05", Grain::Workspace, "", 1, 1.0),
        bucket("commits", "2026-01-05", Grain::Person, ADA, 1, 1.0),
        bucket("reviews", "2026-01-05", Grain::Workspace, "", 1, 1.0),
        bucket("commits", "2025-12-31", Grain::Workspace, "", 1, 1.0),
    ];
    let answer = query(&activity::COMMITS, &year(Interval::Total, Group::None), &buckets, &[]).expect("an answer");
    assert_eq!(values(&answer.series[0]), [Some(1.0)]);
}

#[test]
fn people_of_two_connections_with_the_same_source_id_never_mix() {
    let buckets = ["con_1/7", "con_2/7"].map(|key| bucket("commits", "2026-01-05", Grain::Person, key, 1, 1.0));
    let answer = query(&activity::COMMITS, &year(Interval::Total, Group::Person), &buckets, &[]).expect("an answer");
    assert_eq!(answer.series.len(), 2);
}

#[test]
fn what_is_not_kept_for_a_group_is_refused() {
    let refused = query(&delivery::DEPLOYMENTS, &year(Interval::Total, Group::Team), &[], &[]);
    assert!(matches!(refused, Err(QueryError::Group { metric: "deployments", group: Group::Team })));
    assert_eq!(activity::ACTIVE_DAYS.families, [Family::Commits, Family::PullRequests, Family::Reviews]);
}

#[test]
fn a_broken_bucket_is_named() {
    let mut broken = distribution("cycle-time", "2026-01-05", Grain::Workspace, "", &[1.0]);
    broken.samples.truncate(4);
    let error = query(&flow::CYCLE_TIME, &year(Interval::Total, Group::None), &[broken], &[]).expect_err("broken");
    assert!(error.to_string().contains("`cycle-time` on 2026-01-05"), "{error}");
}

proptest! {
    #[test]
    fn the_same_buckets_in_any_order_give_the_same_bytes(
        values in prop::collection::vec(prop::collection::vec(0.0..1e7f64, 0..300), 30),
        swaps in prop::collection::vec((0..30usize, 0..30usize), 30),
    ) {
        let mut buckets: Vec<_> = values.iter().enumerate().map(|(index, values)| {
            let on = day("2026-01-01").plus(i32::try_from(index / 2).expect("small")).to_string();
            distribution("cycle-time", &on, Grain::Person, if index % 2 == 0 { ADA } else { BOB }, values)
        }).collect();
        let teams = [team("a", vec![member(BOB, None, None), member(ADA, None, Some("2026-01-10"))])];
        let bytes = |buckets: &[Bucket]| {
            let answer = query(&flow::CYCLE_TIME, &year(Interval::Week, Group::Team), buckets, &teams).expect("an answer");
            serde_json::to_vec(&answer).expect("json")
        };
        let before = bytes(&buckets);
        swaps.into_iter().for_each(|(a, b)| buckets.swap(a, b));
        prop_assert_eq!(before, bytes(&buckets));
    }
}
