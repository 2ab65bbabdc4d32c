//! What is prepared once: a source, and data directories to begin with, each with what an undisturbed sync makes of it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::older;
use crate::kit::sound::Contents;
use crate::kit::{Failing, Faulty, Host, Source, TOKEN};
use crate::upstream::{Organisation, Upstream};

/// What data directories begin as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beginning {
    /// Connected, and nothing brought in yet.
    Empty,
    /// Synced with the source as it was: half of it is different now, and some of it gone.
    Behind,
    /// The same, as an older version of the program left it: its files are brought up to date when they are opened.
    Older,
}

/// How much a sync brings.
#[derive(Debug, Clone, Copy)]
pub enum Size {
    /// A few hundred writes.
    Small,
    /// Some thousand writes, and roll-ups of half a year.
    Large,
}

/// The source, and what to begin with.
#[derive(Debug)]
pub struct Field {
    pub(super) starts: Vec<Start>,
    // Ended with this value.
    _source: Source,
}

/// A data directory to begin with.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) beginning: Beginning,
    /// To be copied: none of its processes ever runs.
    host: Host,
    /// What an undisturbed sync ends with.
    pub(super) whole: Contents,
    /// How long it takes.
    pub(super) life: Duration,
    /// How many writes it has.
    pub(super) writes: u64,
    /// How many of them come before the first page.
    pub(super) opening: u64,
    /// How many times it syncs a file.
    pub(super) syncs: u64,
}

impl Size {
    fn settings(self) -> [&'static str; 4] {
        let streams = match self {
            Self::Small => "streams=[\"repositories\",\"teams\",\"issues\"]",
            Self::Large => "streams=[\"repositories\",\"teams\",\"pull-requests\",\"issues\"]",
        };
        ["owner=acme", "repositories=[\"shop\"]", streams, "details=false"]
    }
}

impl Field {
    /// Prepare hosts whose leases last this long.
    ///
    /// # Errors
    /// When an undisturbed sync does not do what it should.
    pub fn prepare(size: Size, beginnings: &[Beginning], lease: Duration) -> Result<Self> {
        let source = source("2026-06-30T12:00:00Z", 1);
        let empty = Host::template();
        empty.install_connector("github");
        empty.connect_github("github", &size.settings());
        let starts = beginnings.iter().map(|beginning| {
            let host = match beginning {
                Beginning::Empty => empty.copy(),
                Beginning::Behind => behind(&empty, lease)?,
                Beginning::Older => {
                    let host = behind(&empty, lease)?;
                    older::take_back(&host)?;
                    host
                }
            };
            configure(&host, &source.origin, lease);
            Start::measure(*beginning, host, lease)
        });
        Ok(Self { starts: starts.collect::<Result<_>>()?, _source: source })
    }
}

impl Start {
    fn measure(beginning: Beginning, host: Host, lease: Duration) -> Result<Self> {
        let (undisturbed, clock) = (host.copy(), Instant::now());
        let _ = undisturbed.run(&["sync"]).good();
        let life = clock.elapsed();
        undisturbed.is_sound()?;
        let (counted, unreachable) = (host.copy(), host.copy());
        let writes = count(&counted, Failing::Kill)?;
        configure(&unreachable, "http://127.0.0.1:1", lease);
        let opening = count(&unreachable, Failing::Kill)?;
        let syncs = count(&host.copy(), Failing::Sync)?;
        let whole = undisturbed.holds()?;
        crate::kit::sound::same(&counted.holds()?, &whole).context("two undisturbed hosts")?;
        ensure!(whole["pull_requests"].len() + whole["work_items"].len() > 100, "a sync that brings something");
        Ok(Self { beginning, host, whole, life, writes, opening, syncs })
    }

    /// A host to disturb.
    pub(super) fn host(&self) -> Host {
        self.host.copy()
    }

    /// Let nobody disturb the host, and see that it then is what an undisturbed one is.
    pub(super) fn mend(&self, host: &Host) -> Result<()> {
        let ran = host.run(&["sync"]);
        ensure!(ran.code == 0, "the undisturbed sync ended with {}:\n{}{}", ran.code, ran.out, ran.err);
        host.is_sound()?;
        crate::kit::sound::same(&host.holds()?, &self.whole)
    }
}

/// A host that was synced with another state of the source: a week ago, and with other people.
fn behind(empty: &Host, lease: Duration) -> Result<Host> {
    let (host, then) = (empty.copy(), source("2026-06-23T12:00:00Z", 2));
    configure(&host, &then.origin, lease);
    let _ = host.run(&["sync"]).good();
    host.is_sound()?;
    Ok(host)
}

/// How often a sync asks a disk for what would fail in this way.
fn count(host: &Host, failing: Failing) -> Result<u64> {
    let mut command = host.command(&["sync"]);
    Faulty::counting(failing).under(host, &mut command);
    command.output()?;
    host.noted().counted.context("the disk counts")
}

fn source(now: &str, seed: u64) -> Source {
    let now = now.parse().expect("an instant");
    Source::simulator(Upstream::new(Organisation::generate(now, seed)).token(TOKEN))
}

fn configure(host: &Host, origin: &str, lease: Duration) {
    host.configure(&format!(
        "[listen]\naddress = \"127.0.0.1:0\"\n[log]\nfilter = \"warn\"\n[sync]\nlease_ms = {}\n[egress]\n\
         routes = [{{ host = \"api.github.com\", to = \"{origin}\" }}]\n",
        lease.as_millis()
    ));
}
