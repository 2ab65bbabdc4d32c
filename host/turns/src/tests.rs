use std::time::Duration;

use domain::WorkspaceId;
use futures_util::FutureExt;

use super::*;

const MANY: u32 = 1_000;

fn one_place() -> Turns<()> {
    Turns::new(Places { total: 1, per_class: MANY, per_workspace: MANY, kept_one_in: 0 }, Weights::default())
}

fn workspace(number: u8) -> WorkspaceId {
    WorkspaceId::from_bytes([number; 16])
}

/// Turns of so long each, without end: how many there were.
async fn busy(turns: Turns<()>, workspace: WorkspaceId, long: Duration, until: Instant) -> u32 {
    let mut had = 0;
    while Instant::now() < until {
        let _turn = turns.take(workspace, ()).await;
        tokio::time::sleep(long).await;
        had += 1;
    }
    had
}

#[tokio::test(start_paused = true)]
async fn ten_times_the_demand_is_the_same_share() {
    let (turns, until) = (one_place(), Instant::now() + Duration::from_secs(10));
    let long = Duration::from_millis(10);
    let greedy = (0..10).map(|_| busy(turns.clone(), workspace(1), long, until));
    let (greedy, modest) =
        tokio::join!(futures_util::future::join_all(greedy), busy(turns.clone(), workspace(2), long, until));
    let greedy: u32 = greedy.iter().sum();
    assert!(greedy.abs_diff(modest) <= 12, "{greedy} and {modest}");
}

#[tokio::test(start_paused = true)]
async fn time_counts_and_not_the_number_of_turns() {
    let (turns, until) = (one_place(), Instant::now() + Duration::from_secs(20));
    let (long, short) = (Duration::from_millis(40), Duration::from_millis(10));
    // Two each, so that both always want something.
    let (a, b, c, d) = tokio::join!(
        busy(turns.clone(), workspace(1), long, until),
        busy(turns.clone(), workspace(1), long, until),
        busy(turns.clone(), workspace(2), short, until),
        busy(turns.clone(), workspace(2), short, until),
    );
    let (of_long, of_short) = ((a + b) * 40, (c + d) * 10);
    assert!(of_long.abs_diff(of_short) < of_long / 10, "{of_long} ms and {of_short} ms");
}

#[tokio::test(start_paused = true)]
async fn weights_are_proportions() {
    let weights = Weights::default();
    let turns = Turns::new(Places { total: 1, per_class: MANY, per_workspace: MANY, kept_one_in: 0 }, weights.clone());
    let until = Instant::now() + Duration::from_secs(20);
    weights.set(workspace(1), 3 * WEIGHT);
    let long = Duration::from_millis(10);
    let (a, b, c, d) = tokio::join!(
        busy(turns.clone(), workspace(1), long, until),
        busy(turns.clone(), workspace(1), long, until),
        busy(turns.clone(), workspace(2), long, until),
        busy(turns.clone(), workspace(2), long, until),
    );
    let (heavy, light) = (f64::from(a + b), f64::from(c + d));
    assert!((2.7..3.3).contains(&(heavy / light)), "{heavy} and {light}");
}

#[tokio::test(start_paused = true)]
async fn a_victim_waits_for_no_more_than_the_turn_that_is_held() {
    let turns =
        Turns::new(Places { total: 2, per_class: MANY, per_workspace: MANY, kept_one_in: 0 }, Weights::default());
    let (until, long) = (Instant::now() + Duration::from_secs(20), Duration::from_millis(10));
    let attack = (0..10u8).flat_map(|attacker| (0..10).map(move |_| attacker + 10));
    let attack = attack.map(|attacker| busy(turns.clone(), workspace(attacker), long, until));
    let victim = async {
        let mut longest = Duration::ZERO;
        while Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(137)).await;
            let asked = Instant::now();
            let _turn = turns.take(workspace(1), ()).await;
            longest = longest.max(asked.elapsed());
            tokio::time::sleep(long).await;
        }
        longest
    };
    let (_, longest) = tokio::join!(futures_util::future::join_all(attack), victim);
    assert!(longest <= long, "{longest:?}");
}

#[tokio::test(start_paused = true)]
async fn rest_is_not_saved_up() {
    let turns = one_place();
    let long = Duration::from_millis(10);
    busy(turns.clone(), workspace(1), long, Instant::now() + Duration::from_secs(60)).await;
    // Workspace 2 had nothing for a minute, and gets half from now on.
    let until = Instant::now() + Duration::from_secs(10);
    let (a, b, c, d) = tokio::join!(
        busy(turns.clone(), workspace(1), long, until),
        busy(turns.clone(), workspace(1), long, until),
        busy(turns.clone(), workspace(2), long, until),
        busy(turns.clone(), workspace(2), long, until),
    );
    assert!((a + b).abs_diff(c + d) <= 4, "{} and {}", a + b, c + d);
}

#[tokio::test]
async fn nobody_waits_behind_one_whose_class_or_workspace_is_full() {
    let turns = Turns::new(Places { total: 4, per_class: 1, per_workspace: 2, kept_one_in: 0 }, Weights::default());
    let held = turns.take(workspace(1), "git").now_or_never().expect("a turn");
    let mut behind = Box::pin(turns.take(workspace(1), "git"));
    assert!(behind.as_mut().now_or_never().is_none(), "the class is full");
    let other = turns.take(workspace(1), "jira").now_or_never().expect("another class");
    assert!(turns.take(workspace(1), "linear").now_or_never().is_none(), "the workspace is full");
    assert!(turns.take(workspace(2), "linear").now_or_never().is_some());
    assert!(turns.take(workspace(2), "git").now_or_never().is_none());
    drop(held);
    assert!(behind.as_mut().now_or_never().is_some());
    drop(other);
}

#[tokio::test]
async fn some_places_are_kept_for_workspaces_that_have_none() {
    let places = Places { total: 8, per_class: 4, per_workspace: 8, kept_one_in: 4 };
    let turns = Turns::new(places, Weights::default());
    let take = |number, class| turns.take(workspace(number), class).now_or_never();
    let mut held: Vec<_> = (0..3).map(|_| take(1, "git").expect("a turn")).collect();
    assert!(take(1, "git").is_none(), "the last one of the class is for another");
    held.push(take(2, "git").expect("this one has none"));
    held.extend((0..2).map(|_| take(1, "jira").expect("a turn")));
    assert!(take(1, "jira").is_none(), "the last two of all are for others");
    assert!(take(2, "jira").is_none(), "it has one");
    held.push(take(3, "jira").expect("this one has none"));
    held.push(take(4, "linear").expect("this one has none"));
    assert!(take(5, "linear").is_none(), "nothing is left");
}

#[tokio::test]
async fn places_can_be_given_and_taken_away() {
    let turns = Turns::new(Places { total: 8, per_class: 8, per_workspace: 1, kept_one_in: 0 }, Weights::default());
    let first = turns.take(workspace(1), "git").await;
    let mut second = Box::pin(turns.take(workspace(1), "git"));
    assert!(second.as_mut().now_or_never().is_none());
    turns.allow_workspace(workspace(1), 2);
    let second = second.now_or_never().expect("woken by what is allowed");
    turns.allow_class(&"git", 1);
    drop(first);
    assert!(turns.take(workspace(2), "git").now_or_never().is_none(), "one is held still");
    drop(second);
    assert!(turns.take(workspace(2), "git").now_or_never().is_some());
}

#[tokio::test]
async fn who_goes_away_leaves_no_place_taken() {
    let turns = one_place();
    let held = turns.take(workspace(1), ()).await;
    let mut gone = Box::pin(turns.take(workspace(2), ()));
    let mut granted = Box::pin(turns.take(workspace(3), ()));
    assert!(gone.as_mut().now_or_never().is_none() && granted.as_mut().now_or_never().is_none());
    drop(gone);
    drop(held);
    // Granted by now, and never looked at.
    drop(granted);
    assert!(turns.take(workspace(4), ()).now_or_never().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_holder_is_told_when_others_had_less() {
    let turns = one_place();
    let held = turns.take(workspace(1), ()).await;
    assert!(!turns.is_wanted(&held));
    let mut own = Box::pin(turns.take(workspace(1), ()));
    assert!(own.as_mut().now_or_never().is_none());
    assert!(!turns.is_wanted(&held), "its own do not count");
    let mut other = Box::pin(turns.take(workspace(2), ()));
    assert!(other.as_mut().now_or_never().is_none());
    tokio::time::advance(Duration::from_millis(2)).await;
    assert!(turns.is_wanted(&held));
    drop(held);
    assert!(other.as_mut().now_or_never().is_some(), "and goes first");
}

#[tokio::test]
async fn who_wants_nothing_is_forgotten() {
    let turns =
        Turns::new(Places { total: 4, per_class: MANY, per_workspace: MANY, kept_one_in: 0 }, Weights::default());
    for number in 0..20_000u32 {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        drop(turns.take(WorkspaceId::from_bytes(bytes), number).await);
    }
    let queue = turns.queue();
    assert!(queue.size() < 1_000, "{}", queue.size());
}
