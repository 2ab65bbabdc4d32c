//! `weighbridge sync`: run connections now, in this process, and say how it went.

use std::time::Duration;

use domain::Instant;
use domain::run::RunState;
use indicatif::ProgressBar;
use serde::Serialize;
use store::connections::{self, Connection, ConnectionState, Lease, leases};
use store::plugins;
use tokio_util::sync::CancellationToken;

use super::{CommandError, connection, signal};
use crate::cli;
use crate::config::Config;
use crate::host::{Host, Machinery};
use crate::output::Output;
use crate::rollup;
use crate::sync::{Ending, Turn, owner, run as run_lease};
use crate::upgrade;

/// How often a connection that somebody has is asked for again, at least.
const POLL: Duration = Duration::from_millis(500);

#[derive(Serialize)]
struct Synced {
    connection: String,
    #[serde(flatten)]
    ending: Ending,
}

/// Do it.
///
/// # Errors
/// A connection that is not there or is being synced by a host, or one that failed.
pub async fn run(arguments: &cli::Sync, config: Config, output: Output) -> Result<(), CommandError> {
    let host = Host::open(config).await?;
    let workspace = host.workspace(&arguments.workspace).await?;
    let all = host.store.system_read("list connections", async |tx| connections::list(tx, workspace.id).await).await?;
    let chosen = choose(all, &arguments.connections)?;
    let mut held = Vec::new();
    let mut runs = Vec::new();
    for connection in chosen {
        match why_held(&host, &connection).await? {
            Some(reason) => held.push(reason),
            None => runs.push(connection),
        }
    }
    let machinery = Machinery::start(&host).await?;
    let stop = CancellationToken::new();
    tokio::spawn(signal::until_asked(stop.clone()));
    let mut synced = Vec::new();
    let mut broken = None;
    for connection in &runs {
        match one(&host, &machinery, connection, &stop, output).await {
            Ok(ending) => synced.push(Synced { connection: connection.name.clone(), ending }),
            Err(error) => broken = Some(error),
        }
        if broken.is_some() || stop.is_cancelled() {
            break;
        }
    }
    host.store.close().await;
    output.table(
        &synced,
        &["connection", "state", "streams", "records", "requests", "CPU ticks", "peak memory"],
        || synced.iter().map(row).collect(),
    );
    broken.map_or_else(|| report(&synced, held), Err)
}

/// Claim a connection, run it, and roll up what it brought.
async fn one(
    host: &Host,
    machinery: &Machinery,
    connection: &Connection,
    stop: &CancellationToken,
    output: Output,
) -> Result<Ending, CommandError> {
    let bar = output.progress(&connection.name);
    let lease = claim(host, connection, &bar, stop).await?;
    let progress =
        |stream: &str, pages, records| bar.set_message(format!("{stream}: {pages} pages, {records} records"));
    let turn = Turn { stop, is_over: &|| false, progress: &progress };
    let ending = Box::pin(run_lease(host, machinery, &lease, &turn)).await?;
    bar.set_message("rolling up");
    rollup::catch_up(&host.store, connection.workspace).await?;
    ProgressBar::finish_and_clear(&bar);
    Ok(ending)
}

/// Why a connection is kept from running, where its plugin's faults are why.
async fn why_held(host: &Host, connection: &Connection) -> Result<Option<String>, CommandError> {
    if let Err(quarantined) = connection::refuse_quarantined(connection) {
        return Ok(Some(quarantined.to_string()));
    }
    let find = async |tx: &mut store::SystemRead| plugins::find_held(tx, &connection.plugin).await;
    let held = host.store.system_read("find what is held", find).await?;
    Ok(held.map(|held| format!("`{}`: {}", connection.name, upgrade::held_in_words(&held))))
}

/// Those that were named, or all that are not paused.
fn choose(all: Vec<Connection>, names: &[String]) -> Result<Vec<Connection>, CommandError> {
    if let Some(missing) = names.iter().find(|name| all.iter().all(|connection| connection.name != **name)) {
        let known: Vec<_> = all.iter().map(|connection| format!("`{}`", connection.name)).collect();
        let known =
            if known.is_empty() { "there is none yet".to_owned() } else { format!("there is {}", known.join(", ")) };
        return Err(CommandError::usage(format!("there is no connection `{missing}`; {known}")));
    }
    let is_paused = |connection: &Connection| connection.state == ConnectionState::Paused;
    if let Some(Connection { name, .. }) = all.iter().find(|one| is_paused(one) && names.contains(&one.name)) {
        return Err(CommandError::usage(format!(
            "`{name}` is paused: `weighbridge connection resume {name}` ends that"
        )));
    }
    let chosen = |one: &Connection| !is_paused(one) && (names.is_empty() || names.contains(&one.name));
    Ok(all.into_iter().filter(chosen).collect())
}

/// Take the connection. Where somebody has it, wait for as long as a lease lasts: a host that was killed is gone by then,
/// and one that lives keeps it.
async fn claim(
    host: &Host,
    connection: &Connection,
    bar: &ProgressBar,
    stop: &CancellationToken,
) -> Result<Lease, CommandError> {
    let owner = owner();
    let duration = host.config.sync.lease();
    let last = Instant::now().after(duration + POLL);
    if connection.state == ConnectionState::Failed {
        // Who asks for a sync says by that that something has changed.
        let (workspace, id, now) = (connection.workspace, connection.id, Instant::now());
        host.store.system("try again", async |tx| connections::set_due(tx, workspace, id, now).await).await?;
    }
    loop {
        let now = Instant::now();
        let lease = host
            .store
            .leases("claim a connection", async |tx| leases::claim(tx, connection.id, now, &owner, duration).await)
            .await?;
        match lease {
            Some(lease) => return Ok(lease),
            None if now > last || stop.is_cancelled() => {
                let name = &connection.name;
                return Err(CommandError::failed(format!(
                    "`{name}` is being synced by another process: wait until it is done, or stop it"
                )));
            }
            None => {
                bar.set_message("waiting for the process that has it");
                tokio::time::sleep(POLL.min(duration)).await;
            }
        }
    }
}

fn row(synced: &Synced) -> Vec<String> {
    let Synced { connection, ending } = synced;
    let records: u64 = ending.streams.iter().map(|stream| stream.records).sum();
    vec![
        connection.clone(),
        format!("{:?}", ending.state).to_lowercase(),
        ending.streams.len().to_string(),
        records.to_string(),
        ending.usage.requests.to_string(),
        ending.usage.cpu_ticks.to_string(),
        format!("{:.1} MiB", mebibytes(ending.usage.peak_memory_bytes)),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}

/// What went wrong is the command's error, after everything else has been said.
fn report(synced: &[Synced], held: Vec<String>) -> Result<(), CommandError> {
    let broken = synced.iter().filter(|synced| synced.ending.state != RunState::Succeeded).map(
        |Synced { connection, ending }| {
            let error = ending.error().unwrap_or_else(|| "broken off; it goes on from its last page".to_owned());
            format!("`{connection}`: {error}")
        },
    );
    let lines: Vec<_> = broken.chain(held).collect();
    if lines.is_empty() { Ok(()) } else { Err(CommandError::failed(lines.join("\n"))) }
}
