//! How exactly a budget ends what would not end by itself, and what others notice of it.
//!
//! A guest that loops for ever is called alone, and its wall clock read: what lies beyond the budget of CPU time is the
//! overrun. A component that would compile for minutes is given to the compiler while a neighbour works.

use std::collections::BTreeMap;
use std::time::{Duration, Instant as Clock};

use anyhow::{Result, bail, ensure};
use domain::{Budget, WorkspaceId};
use sandbox::{Call, CallError, Concurrency, GuestFault, PullArgs, TICK};
use weighbridge_tests::kit::{Made, make};

use crate::neighbour::{ANSWERS_AFTER, CALLS, Neighbour};
use crate::package::{Sandbox, plain_manifest};
use crate::page::NOW;
use crate::place;
use crate::rounds::Samples;
use crate::table::{Figure, Table, Target};

const LOOPS: u32 = 500;
const BUDGET_MS: u32 = 20;
const ROUNDS: u32 = 3;
/// What the compiler has for the bomb: longer than the neighbour's round takes.
const COMPILING: Duration = Duration::from_secs(20);

pub(crate) async fn run() -> Result<Table> {
    let sandbox = Sandbox::compiling_for(Concurrency::default(), COMPILING)?;
    let mut table = Table::default();
    overrun(&sandbox, &mut table).await?;
    bomb(&sandbox, &mut table).await?;
    Ok(table)
}

async fn overrun(sandbox: &Sandbox, table: &mut Table) -> Result<()> {
    let connector = sandbox.prepare(&place::guest("loop_in_pull")?, &plain_manifest("bench/endless")?).await?;
    let budget = Budget { cpu_ms: BUDGET_MS, ..Budget::default() };
    let mut over = Samples::new();
    for _ in 0..LOOPS {
        let workspace = WorkspaceId::from_bytes([1; 16]);
        let call = Call { workspace, budget, now: NOW.parse()?, http: None, files: None, state: BTreeMap::new() };
        let args = PullArgs { settings: "{}".to_owned(), stream: "all".to_owned(), cursor: None };
        let begun = Clock::now();
        let outcome = connector.pull(call, args).await;
        let took = begun.elapsed();
        match outcome.result {
            Err(CallError::Fault(GuestFault::Cpu { .. })) => {}
            other => bail!("the loop ended otherwise: {other:?}"),
        }
        over.push((took.as_secs_f64() - f64::from(BUDGET_MS) / 1e3).max(0.0));
    }
    let most = ("2 ticks", Figure::Seconds(2.0 * TICK.as_secs_f64()));
    table.row("overrun of an endless loop, p50", Figure::Seconds(over.median()), most, Target::None);
    table.row("overrun of an endless loop, p99", Figure::Seconds(over.quantile(0.99)), most, Target::AtMost(1.0));
    table.note(format!("{LOOPS} calls with {BUDGET_MS} ms of CPU time each, by the wall clock, from call to fault."));
    Ok(())
}

async fn bomb(sandbox: &Sandbox, table: &mut Table) -> Result<()> {
    let Some(Made::Component(bomb)) = make("bomb_of_loops") else { bail!("the bomb is no component") };
    let manifest = plain_manifest("bench/bomb")?;
    let neighbour = Neighbour::new(sandbox, ANSWERS_AFTER).await?;
    let [mut alone, mut beside, mut death] = [const { Samples::new() }; 3];
    neighbour.pages(&mut Samples::new()).await?;
    for _ in 0..ROUNDS {
        neighbour.pages(&mut alone).await?;
        let begun = Clock::now();
        let (compiled, pages) = tokio::join!(
            async { (sandbox.prepare_component(&bomb, &manifest).await.is_ok(), begun.elapsed()) },
            neighbour.pages(&mut beside)
        );
        pages?;
        ensure!(!compiled.0, "the bomb compiled in {:?}: it is none on this machine", compiled.1);
        death.push(compiled.1.as_secs_f64());
    }
    let limit = ("the compiler's limit", Figure::Seconds(COMPILING.as_secs_f64()));
    table.row("a compile bomb's end, the latest", Figure::Seconds(death.quantile(1.0)), limit, Target::AtMost(1.1));
    let seconds = |share: f64, samples: &Samples| Figure::Seconds(samples.quantile(share));
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let what = format!("page beside a compile bomb, {name}");
        let target = if share > 0.9 { Target::AtMost(1.5) } else { Target::None };
        table.row(&what, seconds(share, &beside), ("alone", seconds(share, &alone)), target);
    }
    table.note(format!("{ROUNDS} rounds of {CALLS} pages from a source that takes 100 ms, alone and beside the bomb."));
    Ok(())
}
