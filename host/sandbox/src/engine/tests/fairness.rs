//! One workspace among ten that want all they can get.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use futures_util::future::join_all;

use super::*;

/// Attackers, and the calls that each has under way at a time: ten times its places.
const ATTACKERS: u8 = 10;
const CALLS: u32 = 20;
const PLACES: u32 = 2;

/// Computes for some milliseconds.
fn computing(rounds: i32) -> Guest {
    let round = [I::GlobalGet(GLOBAL), I::I32Const(1), I::I32Add, I::GlobalSet(GLOBAL)];
    Guest::new().pulling(round).repeating(rounds)
}

/// For each of these calls, which come one after another, how many of the others ended meanwhile; sorted.
async fn passed_by(connector: &Connector, calls: usize, others: &AtomicU32) -> Vec<u32> {
    let mut passed = Vec::new();
    for _ in 0..calls {
        let before = others.load(Ordering::Relaxed);
        let outcome = pull(connector, call()).await;
        assert!(outcome.result.is_ok(), "{outcome:?}");
        passed.push(others.load(Ordering::Relaxed) - before);
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    passed.sort_unstable();
    passed
}

#[test]
fn ten_workspaces_at_ten_times_their_quota_do_not_hold_up_another() {
    if std::env::var_os(APART).is_some() {
        return;
    }
    // As the host has it: timers do not wait for dozens of ticks.
    let tasks = tokio::runtime::Builder::new_multi_thread().enable_all().event_interval(4).build();
    tasks.expect("a runtime").block_on(async { tokio::spawn(attack()).await.expect("no panic") });
}

async fn attack() {
    let folder = tempfile::tempdir().expect("a directory");
    let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).expect("the directory");
    let concurrency = Concurrency { total: 64, per_plugin: 64, per_workspace: PLACES };
    let engine = Engine::new(concurrency, Weights::default(), worker(), Cache::new(dir, [1; 32])).expect("an engine");
    let bench = Bench { engine, _folder: folder };
    let (modest, greedy) = (bench.prepare(computing(4_000_000)).await, bench.prepare(computing(10_000_000)).await);

    let (ended, stop) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
    let attack = (0..ATTACKERS).flat_map(|attacker| (0..CALLS).map(move |_| attacker)).map(|attacker| {
        let (greedy, ended, stop) = (greedy.clone(), Arc::clone(&ended), Arc::clone(&stop));
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let call = Call { workspace: WorkspaceId::from_bytes([attacker + 10; 16]), ..call() };
                let args = PullArgs { settings: "{}".into(), stream: "all".into(), cursor: None };
                drop(greedy.pull(call, args).await);
                ended.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    let attack: Vec<_> = attack.collect();
    while ended.load(Ordering::Relaxed) < u32::from(ATTACKERS) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let passed = passed_by(&modest, 30, &ended).await;
    stop.store(true, Ordering::Relaxed);
    join_all(attack).await;
    // Counted, not timed, so that a busy machine changes nothing. First come, first served lets all two hundred pass.
    assert!(passed[15] <= 10 && passed[29] <= 60, "{passed:?}");
}
