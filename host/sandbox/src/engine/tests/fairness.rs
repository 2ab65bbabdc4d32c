//! One workspace among ten that want all they can get.

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

/// How long calls take that come one after another, sorted.
async fn victim(connector: &Connector, calls: usize) -> Vec<Duration> {
    let mut took = Vec::new();
    for _ in 0..calls {
        let begun = Instant::now();
        let outcome = pull(connector, call()).await;
        assert!(outcome.result.is_ok(), "{outcome:?}");
        took.push(begun.elapsed());
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    took.sort_unstable();
    took
}

#[test]
fn ten_workspaces_at_ten_times_their_quota_do_not_hold_up_another() {
    // As the host has it: timers do not wait for dozens of ticks.
    let tasks = tokio::runtime::Builder::new_multi_thread().enable_all().event_interval(4).build();
    tasks.expect("a runtime").block_on(async { tokio::spawn(attack()).await.expect("no panic") });
}

async fn attack() {
    let folder = tempfile::tempdir().expect("a directory");
    let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).expect("the directory");
    let concurrency = Concurrency { total: 64, per_plugin: 64, per_workspace: PLACES };
    let engine = Engine::new(concurrency, worker(), Cache::new(dir, [1; 32])).expect("an engine");
    let bench = Bench { engine, _folder: folder };
    let (modest, greedy) = (bench.prepare(computing(4_000_000)).await, bench.prepare(computing(40_000_000)).await);

    let alone = victim(&modest, 60).await;
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let attack = (0..ATTACKERS).flat_map(|attacker| (0..CALLS).map(move |_| attacker)).map(|attacker| {
        let (greedy, stop) = (greedy.clone(), Arc::clone(&stop));
        tokio::spawn(async move {
            let mut done = 0;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let call = Call { workspace: WorkspaceId::from_bytes([attacker + 10; 16]), ..call() };
                let args = PullArgs { settings: "{}".into(), stream: "all".into(), cursor: None };
                drop(greedy.pull(call, args).await);
                done += 1;
            }
            done
        })
    });
    let attack: Vec<_> = attack.collect();
    let beside = victim(&modest, 60).await;
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let done: u32 = join_all(attack).await.into_iter().map(|done| done.expect("no panic")).sum();

    let ratio = |at: usize| beside[at].as_secs_f64() / alone[at].as_secs_f64();
    let (median, slowest) = (ratio(30), ratio(58));
    eprintln!("alone {:?} and {:?}, beside {done} calls {:?} and {:?}", alone[30], alone[58], beside[30], beside[58]);
    eprintln!("median {median:.2} x, second slowest of 60 {slowest:.2} x");
    // Behind two hundred calls of a hundred milliseconds it would be thousands. The rest is what a busy machine adds.
    assert!(median < 20.0, "{median}");
}
