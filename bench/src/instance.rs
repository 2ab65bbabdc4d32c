//! A fresh instance for a call: store, instance, a small call, drop.
//!
//! Ours is [`Connector::streams`](sandbox::Connector::streams) of a signed package with every budget on. The others are
//! the same component on bare wasmtime without any limit, and Extism's new plugin and call.

mod bare;
mod extism;

use std::collections::BTreeMap;
use std::time::Instant as Clock;

use anyhow::Result;
use domain::{Budget, Instant, WorkspaceId};
use sandbox::{Call, Connector};

use crate::rounds::{Samples, WARM_UP, per_turn};
use crate::table::{Figure, Table, Target};
use crate::{package, place};
use bare::{Bare, Kind};
use extism::Extism;

const ROUNDS: u32 = 21;
const CALLS: u32 = 2_000;
const NOW: &str = "2026-03-01T09:30:00Z";

pub(crate) async fn run() -> Result<Table> {
    let module = place::guest("honest")?;
    let manifest = package::plain_manifest("bench/guest")?;
    let (connector, _cache) = package::prepared(&module, &manifest, 64).await?;
    let component = package::component(&module)?;
    let bare = Kind::ALL.map(|kind| Bare::new(kind, &component)).into_iter().collect::<wasmtime::Result<Vec<_>>>();
    let bare = bare.map_err(wasmtime::Error::into_boxed_dyn_error).map_err(anyhow::Error::from_boxed)?;
    let mut extism = Extism::start()?;
    warm_up(&connector).await?;
    let mut ours = Samples::default();
    let mut others = vec![Samples::default(); bare.len()];
    let mut peer = Samples::default();
    for _ in 0..ROUNDS {
        ours.push(sandboxed(&connector, CALLS).await?);
        for (bare, samples) in bare.iter().zip(&mut others) {
            let turn = bare.turns(CALLS).await.map_err(wasmtime::Error::into_boxed_dyn_error);
            samples.push(turn.map_err(anyhow::Error::from_boxed)?);
        }
        peer.push(extism.turns(CALLS)?);
    }
    Ok(table(&ours, &bare, &others, &peer))
}

fn table(ours: &Samples, bare: &[Bare], others: &[Samples], peer: &Samples) -> Table {
    let seconds = |samples: &Samples| Figure::Seconds(samples.median());
    let best = others.iter().min_by(|a, b| a.median().total_cmp(&b.median()));
    let mut table = Table::default();
    for (bare, samples) in bare.iter().zip(others) {
        let is_best = best.is_some_and(|best| std::ptr::eq(best, samples));
        let target = if is_best { Target::AtMost(1.3) } else { Target::None };
        table.row("fresh instance and call", seconds(ours), (bare.kind.name(), seconds(samples)), target);
    }
    // The target is that Extism takes ten times as long.
    table.row(
        "fresh instance and call",
        seconds(ours),
        ("Extism, new plugin and call", seconds(peer)),
        Target::AtMost(0.1),
    );
    table.note(format!(
        "Medians of {ROUNDS} rounds of {CALLS} calls each, in turns. Bare wasmtime runs without any limit."
    ));
    table
}

async fn warm_up(connector: &Connector) -> Result<()> {
    let begun = Clock::now();
    while begun.elapsed() < WARM_UP {
        sandboxed(connector, 100).await?;
    }
    Ok(())
}

/// Seconds of one call through the sandbox.
async fn sandboxed(connector: &Connector, calls: u32) -> Result<f64> {
    let (workspace, now): (_, Instant) = (WorkspaceId::generate(), NOW.parse()?);
    let begun = Clock::now();
    for _ in 0..calls {
        let budget = Budget::default();
        let call = Call { workspace, budget, now, http: None, files: None, state: BTreeMap::new() };
        let outcome = connector.streams(call, "{}").await;
        anyhow::ensure!(outcome.result?.len() == 1, "the guest has one stream");
    }
    Ok(per_turn(begun, calls))
}
