//! The whole pull of 10,000 issues and of 5,000 pull requests, through sandbox, validation and SQLite, beside other
//! people's pullers on the same upstream, by the wrapper that they are measured with.
//!
//! The upstream and the peers lie beside the repository, in `../shared/peers`. Where they are not, this says so and
//! measures nothing.

mod mock;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::host::Host;
use crate::package::{self, Publisher};
use crate::place;
use crate::rounds::Samples;
use crate::table::{Figure, Table, Target};
use mock::Mock;

const ROUNDS: u32 = 3;
/// The port that the peers' own configuration names.
const PORT: &str = "9301";

/// What is pulled, under the names that the peers and we have for it.
struct Work {
    name: &'static str,
    stream: &'static str,
    tap: &'static str,
    items: u32,
    target: f64,
}

const WORK: [Work; 2] = [
    Work { name: "issues", stream: "issues", tap: "issues", items: 10_000, target: 20_000.0 },
    Work { name: "pulls", stream: "pull-requests", tap: "pull_requests", items: 5_000, target: 8_000.0 },
];

const PEERS: [&str; 3] = ["octokit", "tap-github", "dlt (DuckDB)"];

pub(crate) fn run() -> Result<Table> {
    let mut table = Table::default();
    let Some(peers) = Peers::find() else {
        table.note("`pull` is skipped: there is no `../shared/peers` beside the repository.");
        return Ok(table);
    };
    peers.install()?;
    let _mock = Mock::start(&peers)?;
    let package = packed()?;
    for work in &WORK {
        let mut ours = Samples::new();
        let mut others = PEERS.map(|_| Samples::new());
        for _ in 0..ROUNDS {
            ours.push(pull(&peers, &package, work)?);
            for (peer, samples) in PEERS.iter().zip(&mut others) {
                samples.push(peers.measure(&mut peers.command(peer, work), peer, work.items)?);
            }
        }
        rows(&mut table, work, &ours, &others);
    }
    table.note(format!(
        "Medians of {ROUNDS} rounds, in turns; CPU seconds are user and system time of the whole process tree, by \
         `measure.py`. Ours is the whole of `weighbridge sync` on a host that was just made, roll-ups included. Half of \
         GitHub's list of issues are pull requests: they are fetched and read like the rest, and left to their own stream."
    ));
    Ok(table)
}

fn rows(table: &mut Table, work: &Work, ours: &Samples, others: &[Samples]) {
    let per_second = |samples: &Samples| Figure::PerCpuSecond(f64::from(work.items) / samples.median());
    let what = format!("{} {}", work.items, work.name);
    let target = ("the target", Figure::PerCpuSecond(work.target));
    table.row(&what, per_second(ours), target, Target::AtLeast(1.0));
    for (peer, samples) in PEERS.iter().zip(others) {
        table.row(&what, per_second(ours), (peer, per_second(samples)), Target::None);
    }
}

type Package = (Publisher, (Vec<u8>, String));

fn packed() -> Result<Package> {
    let publisher = Publisher::new()?;
    let package = publisher.pack(&package::component(&place::github()?)?, &package::github_manifest()?)?;
    Ok((publisher, package))
}

/// CPU seconds of one sync, on a host made for it.
fn pull(peers: &Peers, (publisher, package): &Package, work: &Work) -> Result<f64> {
    let host = Host::new()?;
    host.configure(&format!(
        "[egress]\nroutes = [{{ host = \"api.github.com\", to = \"http://127.0.0.1:{PORT}\" }}]\n"
    ))?;
    host.trust(publisher, "weighbridge/*")?;
    host.install(package, "github")?;
    let streams = format!("streams=[\"{}\"]", work.stream);
    let settings = ["owner=acme", "repositories=[\"ants\"]", "details=false", &streams];
    let settings = settings.iter().flat_map(|setting| ["--set", setting]);
    host.run(&["connect", "weighbridge/github"].into_iter().chain(settings).collect::<Vec<_>>())?;
    peers.measure(&mut host.command(&["sync"]), "weighbridge", work.items)
}

/// Other people's pullers.
pub(crate) struct Peers {
    scripts: PathBuf,
    /// Where they are installed.
    work: PathBuf,
}

/// One line of `measure.py`, as far as it is used.
#[derive(Deserialize)]
struct Measured {
    rc: i32,
    cpu_s: f64,
    mock_requests: u32,
}

impl Peers {
    fn find() -> Option<Self> {
        let scripts = place::root().join("../shared/peers");
        let work =
            std::env::var_os("PEERS_WORK").map_or_else(|| std::env::temp_dir().join("weighbridge-peers"), Into::into);
        scripts.join("measure.py").exists().then_some(Self { scripts, work })
    }

    /// Install those that are not there yet.
    fn install(&self) -> Result<()> {
        if self.work.join("venvs/dlt/bin/python").exists() && self.work.join("octokit/node_modules").exists() {
            return Ok(());
        }
        let status = self.script("bash", "install-peers.sh").status()?;
        ensure!(status.success(), "the peers cannot be installed: read what install-peers.sh said");
        Ok(())
    }

    fn script(&self, program: &str, script: &str) -> Command {
        let mut command = Command::new(program);
        command.arg(script).current_dir(&self.scripts).env("PEERS_WORK", &self.work).env("MOCK_PORT", PORT);
        command
    }

    fn command(&self, peer: &str, work: &Work) -> Command {
        let program = |path: &str| Command::new(self.work.join(path));
        match peer {
            "octokit" => {
                let mut command = Command::new("node");
                command.arg(self.work.join("octokit/pull.mjs")).arg(work.name);
                command
            }
            "tap-github" => {
                let mut command = program("venvs/tapgithub/bin/tap-github");
                let catalog = format!("tap/catalog-{}.json", work.tap);
                command.args(["--config", "tap/config.json", "--catalog", &catalog]);
                command
            }
            _ => {
                let mut command = program("venvs/dlt/bin/python");
                command.args(["dlt_pull.py", work.name, "duckdb"]);
                command
            }
        }
    }

    /// CPU seconds of a command and all that it starts.
    fn measure(&self, command: &mut Command, name: &str, items: u32) -> Result<f64> {
        let mut wrapper = self.script("python3", "measure.py");
        let name = name.split(' ').next().unwrap_or(name);
        wrapper.args([name, &items.to_string(), "--"]).arg(command.get_program()).args(command.get_args());
        for (key, value) in command.get_envs() {
            wrapper.env(key, value.unwrap_or_default());
        }
        let output = wrapper.output().context("running measure.py")?;
        let line = String::from_utf8_lossy(&output.stdout);
        let Ok(measured) = serde_json::from_str::<Measured>(&line) else {
            bail!("measure.py failed for {name}: {}", String::from_utf8_lossy(&output.stderr));
        };
        ensure!(measured.rc == 0, "{name} ended with {}: see its log in {}", measured.rc, self.work.display());
        ensure!(measured.mock_requests >= items / 100, "{name} asked for {} pages only", measured.mock_requests);
        Ok(measured.cpu_s)
    }
}
