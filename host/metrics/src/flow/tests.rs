use domain::fact::{CommentFact, ReviewFact, Undeployed};
use proptest::prelude::*;

use super::*;

pub(super) fn at(hour: i64) -> Instant {
    Instant::from_micros(hour * 3_600_000_000)
}

pub(super) fn actor(name: &str, class: ActorClass) -> Actor {
    Actor { key: Key { connection: "con_1".into(), id: name.into() }, class }
}

fn review(name: &str, class: ActorClass, hour: i64, approves: bool) -> ReviewFact {
    let pull_request = Key { connection: "con_1".into(), id: "p".into() };
    ReviewFact {
        pull_request,
        repository: None,
        author: Some(actor(name, class)),
        pull_request_author: None,
        approves,
        at: at(hour),
    }
}

fn comment(name: &str, class: ActorClass, hour: i64) -> CommentFact {
    CommentFact { author: Some(actor(name, class)), at: at(hour) }
}

/// First commit at 2, opened at 10, reviewed at 15, approved at 18, merged at 20, in production at 24.
fn pull_request() -> PullRequestFact {
    PullRequestFact {
        repository: Key { connection: "con_1".into(), id: "r".into() },
        key: Key { connection: "con_1".into(), id: "p".into() },
        author: Some(actor("ada", ActorClass::Human)),
        created_at: at(10),
        merged_at: Some(at(20)),
        closed_at: Some(at(20)),
        first_commit_at: Some(at(2)),
        additions: Some(30),
        deletions: Some(4),
        deployed_at: Ok(at(24)),
        ready_at: vec![],
        reviews: vec![review("bob", ActorClass::Human, 15, false), review("bob", ActorClass::Human, 18, true)],
        review_comments: vec![],
    }
}

fn hours(flow: &Flow) -> [Result<f64, Reason>; 6] {
    let Flow { coding, pickup, rework, merge, deploy, total } = *flow;
    [coding, pickup, rework, merge, deploy, total].map(|stage| stage.map(|seconds| seconds / 3600.0))
}

fn flow(pull_request: &PullRequestFact) -> [Result<f64, Reason>; 6] {
    hours(&Flow::of(pull_request, at(20)))
}

#[test]
fn stages_lead_from_the_first_commit_to_production_and_sum_to_the_total() {
    assert_eq!(flow(&pull_request()), [Ok(8.0), Ok(5.0), Ok(3.0), Ok(2.0), Ok(4.0), Ok(22.0)]);
}

#[test]
fn rework_is_zero_where_the_first_review_approves() {
    let reviews = vec![review("bob", ActorClass::Human, 15, true)];
    assert_eq!(
        flow(&PullRequestFact { reviews, ..pull_request() }),
        [Ok(8.0), Ok(5.0), Ok(0.0), Ok(5.0), Ok(4.0), Ok(22.0)]
    );
}

#[test]
fn an_unknown_stage_makes_the_total_unknown_and_is_not_added_as_zero() {
    let unlisted = PullRequestFact { first_commit_at: None, ..pull_request() };
    let unknown = Err(Reason::FirstCommitUnknown);
    assert_eq!(flow(&unlisted), [unknown, Ok(5.0), Ok(3.0), Ok(2.0), Ok(4.0), unknown]);
    let alone = PullRequestFact { reviews: vec![], ..pull_request() };
    let unknown = Err(Reason::NotReviewed);
    assert_eq!(flow(&alone), [Ok(8.0), unknown, unknown, unknown, Ok(4.0), unknown]);
    let reviews = vec![review("bob", ActorClass::Human, 15, false)];
    let unknown = Err(Reason::NotApproved);
    assert_eq!(
        flow(&PullRequestFact { reviews, ..pull_request() }),
        [Ok(8.0), Ok(5.0), unknown, unknown, Ok(4.0), unknown]
    );
}

#[test]
fn what_is_not_in_production_has_no_total_and_says_why() {
    let reasons = [
        (Undeployed::NotDeployed, Reason::NotDeployed),
        (Undeployed::MergeCommitUnknown, Reason::MergeCommitUnknown),
        (Undeployed::CommitsUnknown, Reason::CommitsUnknown),
        (Undeployed::ProductionUnknown, Reason::ProductionUnknown),
    ];
    for (undeployed, reason) in reasons {
        let waiting = PullRequestFact { deployed_at: Err(undeployed), ..pull_request() };
        assert_eq!(flow(&waiting), [Ok(8.0), Ok(5.0), Ok(3.0), Ok(2.0), Err(reason), Err(reason)]);
    }
}

#[test]
fn bots_agents_and_the_author_are_no_first_review_and_no_approval() {
    let mut noisy = pull_request();
    noisy.reviews.splice(
        0..0,
        [
            review("robot", ActorClass::Bot, 11, true),
            review("model", ActorClass::Agent, 12, true),
            review("ada", ActorClass::Human, 13, true),
        ],
    );
    noisy.review_comments = vec![comment("robot", ActorClass::Bot, 11), comment("ada", ActorClass::Human, 11)];
    assert_eq!(flow(&noisy), flow(&pull_request()));
}

#[test]
fn comments_from_before_the_creation_are_no_first_review() {
    let early = vec![comment("bob", ActorClass::Human, 9)];
    assert_eq!(flow(&PullRequestFact { review_comments: early, ..pull_request() }), flow(&pull_request()));
    let line = vec![comment("bob", ActorClass::Human, 12)];
    assert_eq!(flow(&PullRequestFact { review_comments: line, ..pull_request() })[1], Ok(2.0));
}

#[test]
fn time_as_a_draft_is_not_waiting() {
    let drafted = PullRequestFact { ready_at: vec![at(13)], ..pull_request() };
    assert_eq!(flow(&drafted)[..2], [Ok(11.0), Ok(2.0)]);
    // Also where somebody had a look at the draft.
    let mut glanced = drafted;
    glanced.reviews.insert(0, review("bob", ActorClass::Human, 11, false));
    assert_eq!(flow(&glanced)[..2], [Ok(11.0), Ok(2.0)]);
}

#[test]
fn the_last_ready_before_the_first_review_counts_and_later_ones_do_not() {
    let twice = PullRequestFact { ready_at: vec![at(11), at(14), at(16)], ..pull_request() };
    assert_eq!(flow(&twice)[..2], [Ok(12.0), Ok(1.0)]);
}

#[test]
fn a_review_that_no_ready_is_followed_by_counts_from_the_creation() {
    let reviews = vec![review("bob", ActorClass::Human, 12, true)];
    let redrafted = PullRequestFact { ready_at: vec![at(16)], reviews, ..pull_request() };
    assert_eq!(flow(&redrafted), [Ok(8.0), Ok(2.0), Ok(0.0), Ok(8.0), Ok(4.0), Ok(22.0)]);
}

#[test]
fn negative_durations_are_unknown() {
    let rebased = PullRequestFact { first_commit_at: Some(at(14)), ..pull_request() };
    assert_eq!(flow(&rebased), [Err(Reason::Negative), Ok(5.0), Ok(3.0), Ok(2.0), Ok(4.0), Err(Reason::Negative)]);
    let reviews = vec![review("bob", ActorClass::Human, 15, false), review("bob", ActorClass::Human, 21, true)];
    assert_eq!(flow(&PullRequestFact { reviews, ..pull_request() })[3], Err(Reason::Negative));
    let before = PullRequestFact { deployed_at: Ok(at(19)), ..pull_request() };
    assert_eq!(flow(&before)[4..], [Err(Reason::Negative); 2]);
}

#[test]
fn a_review_after_the_merge_is_nothing_that_was_waited_for() {
    let late = PullRequestFact { reviews: vec![review("bob", ActorClass::Human, 30, false)], ..pull_request() };
    assert_eq!(flow(&late)[1], Err(Reason::ReviewedAfterMerge));
    assert_eq!(unreviewed(&late, at(20)), Ok(1.0));
}

#[test]
fn an_account_that_nobody_knows_may_be_the_first_reviewer() {
    let mut ghost = pull_request();
    ghost.reviews[0].author = None;
    assert_eq!(flow(&ghost)[1], Err(Reason::AuthorUnknown));
    assert_eq!(unreviewed(&ghost, at(20)), Ok(0.0), "another review is known");
    ghost.reviews.truncate(1);
    assert_eq!(unreviewed(&ghost, at(20)), Err(Reason::AuthorUnknown));
}

#[test]
fn missing_additions_are_unknown_and_not_zero() {
    assert_eq!(size(&pull_request()), Ok(34.0));
    assert_eq!(size(&PullRequestFact { additions: None, ..pull_request() }), Err(Reason::NotGiven));
    assert_eq!(size(&PullRequestFact { deletions: None, ..pull_request() }), Err(Reason::NotGiven));
}

#[test]
fn depth_counts_the_comments_of_other_people_before_the_merge() {
    let review_comments = vec![
        comment("bob", ActorClass::Human, 9),
        comment("bob", ActorClass::Human, 15),
        comment("bob", ActorClass::Human, 15),
        comment("ada", ActorClass::Human, 16),
        comment("robot", ActorClass::Bot, 16),
        comment("eve", ActorClass::Human, 21),
    ];
    let mut discussed = PullRequestFact { review_comments, ..pull_request() };
    assert_eq!(review_depth(&discussed, at(20)), Ok(2.0));
    discussed.review_comments.push(CommentFact { author: None, at: at(17) });
    assert_eq!(review_depth(&discussed, at(20)), Err(Reason::AuthorUnknown));
}

fn any_actor() -> impl Strategy<Value = Option<Actor>> {
    let class = prop_oneof![4 => Just(ActorClass::Human), 1 => Just(ActorClass::Bot), 1 => Just(ActorClass::Agent)];
    let known = (prop::sample::select(vec!["ada", "bob", "cyd"]), class).prop_map(|(name, class)| actor(name, class));
    prop_oneof![9 => known.prop_map(Some), 1 => Just(None)]
}

fn any_pull_request() -> impl Strategy<Value = PullRequestFact> {
    let hour = 0..30i64;
    let reviews = prop::collection::vec((any_actor(), hour.clone(), any::<bool>()), 0..6);
    let comments = prop::collection::vec((any_actor(), hour.clone()), 0..6);
    let ready = prop::collection::vec(hour.clone(), 0..4);
    let first = prop::option::weighted(0.9, hour.clone());
    let deployed = prop::option::weighted(0.8, 15..40i64);
    (reviews, comments, ready, first, hour, deployed).prop_map(
        |(reviews, comments, ready, first, created, deployed)| PullRequestFact {
            created_at: at(created),
            first_commit_at: first.map(at),
            deployed_at: deployed.map(at).ok_or(Undeployed::NotDeployed),
            ready_at: ready.into_iter().map(at).collect(),
            reviews: reviews
                .into_iter()
                .map(|(author, hour, approves)| ReviewFact { author, ..review("", ActorClass::Human, hour, approves) })
                .collect(),
            review_comments: comments.into_iter().map(|(author, hour)| CommentFact { author, at: at(hour) }).collect(),
            ..pull_request()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_plain_second_reading_of_the_definitions_agrees(history in any_pull_request()) {
        let flow = Flow::of(&history, at(20));
        let stages = [flow.coding, flow.pickup, flow.rework, flow.merge, flow.deploy, flow.total].map(Result::ok);
        prop_assert_eq!(stages, super::plain::stages(&history, at(20)));
        prop_assert_eq!(unreviewed(&history, at(20)).ok(), super::plain::unreviewed(&history, at(20)));
    }

    #[test]
    fn stages_are_never_negative_and_sum_to_a_known_total(history in any_pull_request()) {
        let Flow { coding, pickup, rework, merge, deploy, total } = Flow::of(&history, at(20));
        let stages = [coding, pickup, rework, merge, deploy];
        prop_assert!(stages.iter().flatten().all(|seconds| *seconds >= 0.0));
        match total {
            Ok(total) => prop_assert_eq!(stages.iter().flatten().sum::<f64>(), total),
            Err(_) => prop_assert!(stages.iter().any(Result::is_err)),
        }
    }
}
