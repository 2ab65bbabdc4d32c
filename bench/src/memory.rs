//! Resident memory: of a serving host with twenty plugins and no run, and of each live instance.
//!
//! A live instance is a call of the GitHub connector that waits for an answer. What it adds is the difference between so
//! many and twice as many of them, divided; its own linear memory is what the guest asked for, of which only the touched
//! pages are resident, so these are measured too and taken off.

mod resident;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::pin::Pin;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use domain::exchange::{ExchangeError, Request, Response};
use domain::{Budget, WorkspaceId};
use sandbox::{Call, Http, PullArgs};
use tokio::sync::Semaphore;

use crate::host::Host;
use crate::package::{self, Publisher};
use crate::place;
use crate::table::{Figure, Table, Target};
use resident::Resident;

const PLUGINS: usize = 20;
const CALLS: usize = 200;
const MIB: f64 = 1024.0 * 1024.0;

pub(crate) async fn run() -> Result<Table> {
    let mut table = Table::default();
    let limit = ("the limit", Figure::Bytes(80.0 * MIB));
    table.row("serving host, 20 plugins, no run", Figure::Bytes(serving()?), limit, Target::AtMost(1.0));
    instances(&mut table).await?;
    Ok(table)
}

/// Resident bytes of `weighbridge serve` once it says that it is ready: twenty plugins with the GitHub connector's code.
fn serving() -> Result<f64> {
    let host = Host::new()?;
    let publisher = Publisher::new()?;
    host.trust(&publisher, "bench/*")?;
    let component = package::component(&place::github()?)?;
    for number in 0..PLUGINS {
        let mut manifest = package::github_manifest()?;
        manifest.id = format!("bench/github-{number}").parse()?;
        host.install(&publisher.pack(&component, &manifest)?, manifest.id.name())?;
    }
    let mut command = host.command(&["serve"]);
    let process = command
        .env("WEIGHBRIDGE__LISTEN__ADDRESS", "127.0.0.1:0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut serving = Serving(process);
    let mut line = String::new();
    BufReader::new(serving.0.stdout.take().context("its output")?).read_line(&mut line)?;
    ensure!(line.starts_with("listening on "), "the host is not ready: {line}");
    // What it does once after it began to listen is part of it.
    std::thread::sleep(std::time::Duration::from_secs(3));
    Ok(Resident::of(&serving.0.id().to_string())?.all)
}

/// Ended with this value.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// What one more live instance adds.
async fn instances(table: &mut Table) -> Result<()> {
    let manifest = package::github_manifest()?;
    let places = u32::try_from(2 * CALLS)?;
    let (connector, _cache) = package::prepared(&place::github()?, &manifest, places).await?;
    let source = Arc::new(Waiting { asked: AtomicUsize::new(0), answer: Semaphore::new(0) });
    let mut calls = Vec::new();
    let mut seen = Vec::new();
    for _ in 0..2 {
        for _ in 0..CALLS {
            let (connector, call) = (connector.clone(), call(&source)?);
            calls.push(tokio::spawn(async move { connector.pull(call, args()).await.usage.peak_memory_bytes }));
        }
        while source.asked.load(Ordering::Acquire) < calls.len() {
            tokio::task::yield_now().await;
        }
        seen.push(Resident::of("self")?);
    }
    source.answer.add_permits(calls.len());
    let mut linear = 0;
    for call in calls {
        linear = call.await?;
    }
    let each =
        |part: fn(&Resident) -> f64| (part(&seen[1]) - part(&seen[0])) / f64::from(u32::try_from(CALLS).unwrap_or(1));
    let limit = ("the limit", Figure::Bytes(64.0 * 1024.0));
    let beyond = each(|resident| resident.all - resident.linear);
    table.row("one more live instance, beyond its linear memory", Figure::Bytes(beyond), limit, Target::AtMost(1.0));
    table.note(format!(
        "{CALLS} more calls that wait for an answer add {} each, of which {} are touched pages of a linear memory of {}.",
        Figure::Bytes(each(|resident| resident.all)),
        Figure::Bytes(each(|resident| resident.linear)),
        Figure::Bytes(f64::from(u32::try_from(linear)?))
    ));
    Ok(())
}

fn call(source: &Arc<Waiting>) -> Result<Call> {
    Ok(Call {
        workspace: WorkspaceId::from_bytes([1; 16]),
        budget: Budget::default(),
        now: "2026-03-01T09:30:00Z".parse()?,
        http: Some(source.clone()),
        files: None,
        state: BTreeMap::new(),
    })
}

fn args() -> PullArgs {
    let settings = r#"{"owner":"acme","repositories":["shop"],"details":false}"#.to_owned();
    PullArgs { settings, stream: "pull-requests:acme/shop".to_owned(), cursor: None }
}

/// Lets every request wait until all have been made.
struct Waiting {
    asked: AtomicUsize,
    answer: Semaphore,
}

impl Http for Waiting {
    fn send(&self, _: Request) -> Pin<Box<dyn Future<Output = Result<Response, ExchangeError>> + Send + '_>> {
        Box::pin(async {
            self.asked.fetch_add(1, Ordering::AcqRel);
            // A closed semaphore would be as good as a permit.
            drop(self.answer.acquire().await);
            Ok(Response { status: 200, headers: Vec::new(), body: b"[]".to_vec() })
        })
    }
}
