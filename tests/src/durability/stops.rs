//! A worker that is stopped until its lease has gone on to another process, and then wakes: it must write nothing more.
//!
//! A round starts two processes on one data directory. The first is stopped (`SIGSTOP`) at a random moment; the second
//! waits for the end of its lease, takes it and works; at some moment of that the first is woken. From when its successor
//! has raised the fence until both have ended, nothing may change of what the first has written but by the second.

use std::collections::BTreeSet;
use std::fmt;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::field::{Field, Start};
use super::lanes::rounds;
use crate::kit::sound::{asking, number, tables, texts, workspaces};
use crate::kit::{Host, Ran};
use crate::upstream::Random;

/// How long the second may take until it has the lease. The first may have been stopped where it held a file's lock.
const PATIENCE: Duration = Duration::from_secs(3);

/// What was seen.
#[derive(Debug, Default, Clone)]
pub struct Stopped {
    /// Workers that woke after their lease had gone on, within their run.
    pub stale: u64,
    /// Of those: they had pages.
    pub with_pages: u64,
    /// Workers that were stopped before they had a lease, after they had given it back, or where they held a lock.
    pub others: u64,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stale, with_pages, others } = self;
        write!(
            f,
            "{stale} workers woke after their lease had gone on, {with_pages} of them amid pages: 0 stale writes"
        )?;
        write!(f, "; {others} others were stopped without a lease, or with a file's lock")
    }
}

/// Stop workers until so many were too late.
///
/// # Errors
/// The first that wrote something, and the first host that is not what an undisturbed one is, with the seed of its round.
pub fn stops(field: &Field, stale: u64, seed: u64) -> Result<Stopped> {
    let stopped = Mutex::new(Stopped::default());
    rounds(seed, |_, random| {
        let seen = round(random.pick(&field.starts), random)?;
        let mut stopped = stopped.lock().unwrap_or_else(PoisonError::into_inner);
        match seen {
            Some(pages) => {
                stopped.stale += 1;
                stopped.with_pages += u64::from(pages > 0);
            }
            None => stopped.others += 1,
        }
        Ok(stopped.stale < stale)
    })?;
    Ok(stopped.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Stop one and wake it: how many pages it had, where it was too late.
fn round(start: &Start, random: &mut Random) -> Result<Option<i64>> {
    let host = start.host();
    let mine = asking(&host.folder().join("data/control.db"), async |file| {
        number(file, "SELECT fence + 1 FROM connections").await
    })?;
    let first = sync(&host)?;
    // Most of them within their run, some before and some after it.
    let begun = random.chance(0.8) && begins(&host, mine)?;
    std::thread::sleep(start.life.mul_f64(if begun { 0.6 } else { 1.0 } * random.unit()));
    signal(&first, "-STOP")?;
    let mut second = sync(&host)?;
    let has_gone_on = goes_on(&host, mine, &mut second)?;
    let before = trace(&host, mine)?;
    std::thread::sleep(start.life.mul_f64(random.unit()));
    signal(&first, "-CONT")?;
    let (first, second) = (Ran::of(&first.wait_with_output()?), Ran::of(&second.wait_with_output()?));
    let after = trace(&host, mine)?;
    host.is_sound()?;
    let told = || format!("the first: {} {}\nthe second: {} {}", first.code, first.err, second.code, second.err);
    let is_stale = has_gone_on && first.code != 0;
    if is_stale {
        ensure!(second.code == 0, "the second did not go on: {}", told());
        let words = ["the lease on", "was lost", "is stale"];
        ensure!(words.iter().all(|word| first.err.contains(word)), "the first does not say why: {}", told());
        let grown: Vec<_> = after.rows.difference(&before.rows).collect();
        ensure!(grown.is_empty(), "the first wrote {grown:?} after its lease had gone on: {}", told());
        ensure!(before.run == after.run, "of its run the first made\n{:?} of\n{:?}", after.run, before.run);
    }
    start.mend(&host).with_context(told)?;
    Ok(is_stale.then_some(before.pages))
}

fn sync(host: &Host) -> Result<Child> {
    let mut command = host.command(&["sync", "--json"]);
    Ok(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?)
}

fn signal(process: &Child, name: &str) -> Result<()> {
    // One that has ended and was not waited for can still be told.
    let sent = Command::new("kill").args([name, &process.id().to_string()]).status()?;
    ensure!(sent.success(), "the signal {name} is not sent");
    Ok(())
}

/// Wait until a run has begun under this lease; whether it has in time.
fn begins(host: &Host, mine: i64) -> Result<bool> {
    let clock = Instant::now();
    while clock.elapsed() < PATIENCE {
        if fence(host)? >= mine {
            return Ok(true);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(false)
}

/// Wait until the second has raised the fence; whether it has in time.
fn goes_on(host: &Host, mine: i64, second: &mut Child) -> Result<bool> {
    let clock = Instant::now();
    while clock.elapsed() < PATIENCE {
        if fence(host)? > mine {
            return Ok(true);
        }
        if second.try_wait()?.is_some() {
            return Ok(fence(host)? > mine);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(false)
}

fn fence(host: &Host) -> Result<i64> {
    let Some(file) = workspaces(&host.folder().join("data"))?.pop() else { return Ok(0) };
    asking(&file, async |file| {
        if tables(file).await?.iter().all(|table| table != "fences") {
            return Ok(0);
        }
        number(file, "SELECT COALESCE(MAX(fence), 0) FROM fences").await
    })
}

/// What is left of a worker.
#[derive(Debug, Default)]
struct Trace {
    /// The record of its run, if it has begun one.
    run: Vec<String>,
    /// Its pages.
    pages: i64,
    /// The records that it brought last.
    rows: BTreeSet<String>,
}

/// What is left of the worker whose lease has this fence.
fn trace(host: &Host, fence: i64) -> Result<Trace> {
    let Some(file) = workspaces(&host.folder().join("data"))?.pop() else { return Ok(Trace::default()) };
    asking(&file, async |file| {
        let found = tables(file).await?;
        if found.iter().all(|table| table != "runs") {
            return Ok(Trace::default());
        }
        let line = texts(file, "SELECT name FROM pragma_table_info('runs')").await?;
        let line: Vec<_> = line.iter().map(|column| format!("quote({column})")).collect();
        let run = texts(file, format!("SELECT {} FROM runs WHERE fence = {fence}", line.join(" || ' ' || "))).await?;
        let pages = number(file, format!("SELECT COALESCE(SUM(pages), 0) FROM runs WHERE fence = {fence}")).await?;
        let mut rows = BTreeSet::new();
        for table in found {
            let columns = texts(file, format!("SELECT name FROM pragma_table_info('{table}')")).await?;
            if columns.iter().any(|column| column == "run_id") {
                let mine = format!("run_id IN (SELECT id FROM runs WHERE fence = {fence})");
                rows.extend(texts(file, format!("SELECT '{table} ' || id FROM {table} WHERE {mine}")).await?);
            }
        }
        Ok(Trace { run, pages, rows })
    })
}
