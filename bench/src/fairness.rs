//! What ten workspaces at ten times their quota do to another.
//!
//! Each attacker has ten times as many calls under way as it has places, of guests that compute until their budget is
//! spent. The victim pulls a page of 100 pull requests at a time from a source that takes its time as sources do; alone
//! and under attack, in turns. The last row is the same page with no source to wait for, which is all computing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Result, ensure};
use domain::{Budget, WorkspaceId};
use sandbox::{Call, Concurrency, Connector, PullArgs};
use tokio::task::JoinSet;

use crate::neighbour::{ANSWERS_AFTER, CALLS, Neighbour};
use crate::page::NOW;
use crate::rounds::Samples;
use crate::table::{Figure, Table, Target};
use crate::{package, place};

const ROUNDS: u32 = 5;
const ATTACKERS: u8 = 10;
/// CPU time that attackers' calls have, half of them each: some come and go, some stay.
const COMPUTING_MS: [u32; 2] = [20, 2_000];
/// How long an attack is let to fill every place and queue.
const FILLING: Duration = Duration::from_secs(1);
pub(crate) async fn run() -> Result<Table> {
    let concurrency = Concurrency::default();
    let sandbox = package::Sandbox::new(concurrency)?;
    let victim = Neighbour::new(&sandbox, ANSWERS_AFTER).await?;
    let computing = Neighbour::new(&sandbox, Duration::ZERO).await?;
    let endless = package::plain_manifest("bench/endless")?;
    let attacker = sandbox.prepare(&place::guest("loop_in_pull")?, &endless).await?;

    let mut table = Table::default();
    let sources = [
        ("a source that takes 100 ms", victim, Target::AtMost(1.5)),
        ("no source to wait for", computing, Target::None),
    ];
    for (source, victim, target) in sources {
        let [mut alone, mut attacked] = [const { Samples::new() }; 2];
        victim.pages(&mut Samples::new()).await?;
        for _ in 0..ROUNDS {
            victim.pages(&mut alone).await?;
            let attack = Attack::begin(&attacker, concurrency.per_workspace * 10);
            tokio::time::sleep(FILLING).await;
            victim.pages(&mut attacked).await?;
            ensure!(attack.end().await > 0, "the attackers' calls run and end");
        }
        for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
            let seconds = |samples: &Samples| Figure::Seconds(samples.quantile(share));
            let target = if share > 0.9 { target } else { Target::None };
            table.row(
                &format!("page under attack, {source}, {name}"),
                seconds(&attacked),
                ("alone", seconds(&alone)),
                target,
            );
        }
    }
    table.note(format!(
        "{ATTACKERS} attackers with {} calls under way each, of {} places; {ROUNDS} rounds of {CALLS} pages, one after \
         another, alone and under attack in turns.",
        concurrency.per_workspace * 10,
        concurrency.total
    ));
    Ok(table)
}

/// Calls without end, of ten workspaces.
struct Attack {
    tasks: JoinSet<()>,
    stop: Arc<AtomicBool>,
    ended: Arc<AtomicU32>,
}

impl Attack {
    fn begin(connector: &Connector, calls: u32) -> Self {
        let (mut tasks, stop, ended) = (JoinSet::new(), Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        for (attacker, cpu_ms) in
            (0..calls / 2).flat_map(|_| 0..ATTACKERS).flat_map(|one| COMPUTING_MS.map(|ms| (one, ms)))
        {
            let (connector, stop, ended) = (connector.clone(), Arc::clone(&stop), Arc::clone(&ended));
            tasks.spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let workspace = WorkspaceId::from_bytes([attacker + 10; 16]);
                    let Ok(now) = NOW.parse() else { return };
                    let budget = Budget { cpu_ms, ..Budget::default() };
                    let call = Call { workspace, budget, now, http: None, files: None, state: BTreeMap::new() };
                    let args = PullArgs { settings: "{}".to_owned(), stream: "all".to_owned(), cursor: None };
                    drop(connector.pull(call, args).await);
                    ended.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        Self { tasks, stop, ended }
    }

    /// How many calls ended.
    async fn end(mut self) -> u32 {
        self.stop.store(true, Ordering::Relaxed);
        self.tasks.shutdown().await;
        self.ended.load(Ordering::Relaxed)
    }
}
