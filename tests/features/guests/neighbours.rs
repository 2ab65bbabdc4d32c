//! A workspace that does no harm, beside one that attacks: how long its calls take, with and without.
//!
//! Measured is a call from when it is asked for to when its checked page is there, in one engine with both workspaces, on
//! as many threads as the machine has. Batches with and without the attacker take turns, so that whatever else the
//! machine does slows down both; the 99th percentile of 160 calls is compared. The bound is for machines that are busy with other
//! things, too: what it would find is a call that waits for an attacker's whole budget.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use domain::{Budget, WorkspaceId};
use sandbox::package::UnverifiedPackage;
use sandbox::trust::{PublicKey, PublisherKey, TrustPolicy, VerifiedPackage, verify};
use sandbox::{Cache, Call, Compiler, Concurrency, Connector, Engine, PullArgs, Weights};
use weighbridge_tests::kit::{Guest, Host, MANIFEST, built};

/// One or two of each family.
const ATTACKERS: &[&str] = &[
    "loop_in_pull",
    "trap",
    "recursion_of_wide_frames",
    "memory_bomb",
    "memory_is_filled",
    "table_grows",
    "lies_lists_that_overlap",
    "million_records",
    "log_flood",
];
/// Calls in a batch, and batches of each sort.
const CALLS: usize = 40;
const BATCHES: usize = 4;
/// How much slower the slowest calls may be, and what is too short to be told from the machine's own pauses.
const RATIO: u32 = 3;
const NOISE: Duration = Duration::from_millis(50);

struct Street {
    host: Host,
    engine: Engine,
    policy: TrustPolicy,
}

impl Street {
    fn new() -> Self {
        let host = Host::new();
        let cache = host.folder().join("neighbours");
        fs::create_dir_all(&cache).expect("a folder");
        let cache = Dir::open_ambient_dir(cache, ambient_authority()).expect("a folder");
        let compiler = Compiler::new(built().weighbridge.clone(), vec!["compile".into()]);
        let pem = fs::read_to_string(built().plugins.join("key.pub.pem")).expect("the key");
        let publisher = PublisherKey {
            name: "tests".to_owned(),
            public_key: PublicKey::from_pem(&pem).expect("the key"),
            plugins: vec!["tests/*".parse().expect("a pattern")],
            not_before: None,
            not_after: None,
        };
        let policy = TrustPolicy { keys: vec![publisher], ..TrustPolicy::default() };
        let cache = Cache::new(cache, [7; 32]);
        let engine = Engine::new(Concurrency::default(), Weights::default(), compiler, cache).expect("an engine");
        Self { host, engine, policy }
    }

    async fn house(&self, name: &str) -> Connector {
        let manifest = MANIFEST.replace("tests/guest", &format!("tests/{}", name.replace('_', "-")));
        let guest =
            Guest::pack(&self.host, name, &format!("{manifest}\n[capabilities]\nstate = true\n")).sign(&self.host);
        let package = UnverifiedPackage::read(&guest.package).expect("a package");
        let package: VerifiedPackage = verify(package, &self.policy, domain::Instant::now()).expect("a signature");
        let granted = package.manifest().capabilities.clone();
        self.engine.prepare(&package, &granted).await.expect("a connector")
    }
}

fn call(workspace: u8) -> Call {
    Call {
        workspace: WorkspaceId::from_bytes([workspace; 16]),
        budget: Budget { cpu_ms: 200, ..Budget::default() },
        now: domain::Instant::now(),
        http: None,
        files: None,
        state: BTreeMap::new(),
    }
}

fn arguments(settings: &str) -> PullArgs {
    PullArgs { settings: settings.to_owned(), stream: "all".to_owned(), cursor: None }
}

/// So many calls of the workspace that does no harm, one after another.
async fn batch(victim: &Connector, times: &mut Vec<Duration>) {
    for _ in 0..CALLS {
        let begun = Instant::now();
        let outcome = victim.pull(call(1), arguments(r#"{"teams":"1000"}"#)).await;
        times.push(begun.elapsed());
        assert_eq!(outcome.result.map(|page| page.records.len()).ok(), Some(1_000));
    }
}

fn slowest(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() * 99 / 100 - 1]
}

async fn beside(victim: &Connector, attacker: &Connector) -> (Duration, Duration) {
    let (mut quiet, mut attacked) = (Vec::new(), Vec::new());
    for _ in 0..BATCHES {
        batch(victim, &mut quiet).await;
        let ended = Arc::new(AtomicBool::new(false));
        let attack = tokio::spawn({
            let (attacker, ended) = (attacker.clone(), Arc::clone(&ended));
            async move {
                while !ended.load(Ordering::Relaxed) {
                    // Whatever comes of it: other tests look at that.
                    drop(attacker.pull(call(2), arguments("{}")).await);
                }
            }
        });
        batch(victim, &mut attacked).await;
        ended.store(true, Ordering::Relaxed);
        attack.await.expect("no panic");
    }
    (slowest(quiet), slowest(attacked))
}

#[test]
fn a_workspace_beside_any_attacker_is_served_as_before() {
    // As the host's own runtime is built.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().event_interval(4).build().expect("a runtime");
    runtime.block_on(async {
        let street = Street::new();
        let victim = street.house("honest").await;
        batch(&victim, &mut Vec::new()).await;
        for name in ATTACKERS {
            let attacker = street.house(name).await;
            let victim = victim.clone();
            // Spawned, so that both run where the other's turn can hold them up.
            let (quiet, attacked) =
                tokio::spawn(async move { beside(&victim, &attacker).await }).await.expect("no panic");
            eprintln!("{name}: p99 {quiet:?} quiet, {attacked:?} attacked");
            assert!(attacked <= RATIO * quiet.max(NOISE), "{name}: {attacked:?}, and {quiet:?} without it");
        }
    });
}
