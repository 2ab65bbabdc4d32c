//! A page of 100 full pull requests: body in, parsed, checked records out.
//!
//! Ours is one `pull` of the GitHub connector in a fresh instance. The other is the identical work native in the host:
//! the same connector's code compiled for this machine, on the SDK's test kit in the host's place, and after it the
//! check of the records, which is native in both and is counted for both as it took in the same round. A third road is
//! the same component without budgets, compared as a whole and from the call of the export to its return, which is all
//! but reading JSON. One thing differs: natively the SDK reads JSON by `serde_json` alone, in the sandbox by its own reader
//! first.

pub(crate) mod payload;
mod sandboxed;
mod unlimited;

use std::time::{Duration, Instant as Clock};

use anyhow::{Result, ensure};
use connector_github::GitHub;
use serde_json::json;
use weighbridge_sdk::testing::{Kit, Reply, Upstream};

use crate::rounds::{Samples, WARM_UP};
use crate::table::{Figure, Table, Target};
use crate::{package, place};
pub(crate) use sandboxed::Sandboxed;
use unlimited::{Free, Unlimited};

const ROUNDS: u32 = 61;
pub(crate) const ITEMS: usize = 100;
pub(crate) const NOW: &str = "2026-03-01T09:30:00Z";
pub(crate) const STREAM: &str = "pull-requests:acme/shop";

pub(crate) async fn run() -> Result<Table> {
    let body = payload::page(ITEMS as u64);
    let manifest = package::github_manifest()?;
    let (connector, _cache) = package::prepared(&place::github()?, &manifest, 8).await?;
    let sandboxed = Sandboxed::new(connector, manifest.budget, body.clone().into_bytes(), Duration::ZERO);
    let native = native(&body);
    let unlimited =
        Unlimited::new(&package::component(&place::github()?)?, body.clone().into_bytes()).map_err(of_engine)?;
    let [mut ours, mut other, mut guest, mut check] = [const { Samples::new() }; 4];
    let [mut free, mut export, mut free_export] = [const { Samples::new() }; 3];
    let begun = Clock::now();
    while begun.elapsed() < WARM_UP {
        sandboxed.turn().await?;
        native_turn(&native)?;
        unlimited_turn(&unlimited)?;
    }
    for _ in 0..ROUNDS {
        let turn = sandboxed.turn().await?;
        ours.push(turn.whole);
        guest.push(turn.guest);
        export.push(turn.export);
        check.push(turn.check);
        other.push(native_turn(&native)? + turn.check);
        let unlimited = unlimited_turn(&unlimited)?;
        free.push(unlimited.whole + turn.check);
        free_export.push(unlimited.export);
    }
    let seconds = |samples: &Samples| Figure::Seconds(samples.median());
    let mut table = Table::default();
    let what = "page of 100 pull requests";
    table.row(what, seconds(&ours), ("native in the host", seconds(&other)), Target::AtMost(1.6));
    let unlimited = "the same with every budget off";
    table.row(what, seconds(&ours), (unlimited, seconds(&free)), Target::AtMost(1.2));
    let what = "the call into the guest alone";
    table.row(what, seconds(&export), (unlimited, seconds(&free_export)), Target::AtMost(1.35));
    table.note(format!(
        "Medians of {ROUNDS} rounds, in turns. The body has {:.2} MB. Of ours, {} are in the guest and {} check the \
         records; the same check is counted for the other roads as a whole, of which the native one reads by \
         `serde_json`. The call into the guest is from the call of the export to its return: without making the instance, \
         the check, and dropping it.",
        body.len() as f64 / 1e6,
        seconds(&guest),
        seconds(&check)
    ));
    Ok(table)
}

fn unlimited_turn(unlimited: &Unlimited) -> Result<Free> {
    let (turn, records) = unlimited.turn().map_err(of_engine)?;
    ensure!(records == ITEMS, "every pull request is a record");
    Ok(turn)
}

fn of_engine(error: wasmtime::Error) -> anyhow::Error {
    anyhow::Error::from_boxed(error.into_boxed_dyn_error())
}

pub(crate) fn settings() -> serde_json::Value {
    json!({ "owner": "acme", "repositories": ["shop"], "details": false })
}

/// The native road: the connector on the test kit.
fn native(body: &str) -> Kit {
    let body = body.as_bytes().to_vec();
    let upstream = Upstream::from_fn(move |_| Reply { status: 200, headers: Vec::new(), body: body.clone() });
    Kit::new(&settings(), NOW).upstream(upstream)
}

fn native_turn(kit: &Kit) -> Result<f64> {
    let begun = Clock::now();
    let page = kit.pull::<GitHub>(STREAM, None);
    let whole = begun.elapsed().as_secs_f64();
    let page = page.map_err(|failure| anyhow::anyhow!("{}", failure.message))?;
    ensure!(page.records.len() == ITEMS, "every pull request is a record");
    Ok(whole)
}
