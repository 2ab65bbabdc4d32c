//! Nothing survives a call, and calls do not get in each other's way.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_forgets_what_the_one_before_it_knew() {
    let bench = bench();
    // Traps when the global or the memory is not as it was at the start, then changes both.
    let remembers = [
        I::GlobalGet(GLOBAL),
        I::I32Const(SCRATCH),
        I::I32Load(at(0)),
        I::I32Or,
        I::If(BlockType::Empty),
        I::Unreachable,
        I::End,
        I::I32Const(1),
        I::GlobalSet(GLOBAL),
        I::I32Const(SCRATCH),
        I::I32Const(1),
        I::I32Store(at(0)),
    ];
    let connector = bench.prepare(Guest::new().pulling(remembers)).await;
    for _ in 0..50 {
        assert!(pull(&connector, call()).await.result.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_of_one_plugin_never_shows_in_another() {
    let folder = tempfile::tempdir().expect("a directory");
    // One place, so that both have it in turn.
    let bench = Bench { engine: engine_with_places(1, &folder, worker()), _folder: folder };
    let writes = [I::I32Const(SCRATCH), I::I32Const(0x5ec2e7), I::I32Store(at(0))];
    let traps_on_what_it_finds =
        [I::I32Const(SCRATCH), I::I32Load(at(0)), I::If(BlockType::Empty), I::Unreachable, I::End];
    let writer = bench.prepare(Guest::new().pulling(writes)).await;
    let reader = bench.prepare(Guest::new().pulling(traps_on_what_it_finds)).await;
    for _ in 0..50 {
        assert!(pull(&writer, call()).await.result.is_ok());
        assert!(pull(&reader, call()).await.result.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_pool_makes_calls_wait_and_never_fail() {
    let folder = tempfile::tempdir().expect("a directory");
    let bench = Bench { engine: engine_with_places(2, &folder, worker()), _folder: folder };
    let connector = bench.prepare(sending("https://api.example/a")).await;
    let calls = (0..40).map(|_| {
        let connector = connector.clone();
        tokio::spawn(async move { pull(&connector, Call { http: Some(Arc::new(Upstream)), ..call() }).await })
    });
    for outcome in futures_util::future::join_all(calls).await {
        assert!(outcome.expect("no panic").result.is_ok());
    }
}
