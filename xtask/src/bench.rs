//! Measurements: build all that they need for release, then run each in a process of its own.

use std::process::Command;

use anyhow::{Result, bail};

use crate::cargo::{self, cargo, target};
use crate::plugins;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these: instance, page, pull, memory, query, graph, fairness, stop
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(ALL))]
    names: Vec<String>,
}

const ALL: [&str; 8] = ["instance", "page", "pull", "memory", "query", "graph", "fairness", "stop"];

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    build()?;
    let names: Vec<&str> = match arguments.names.as_slice() {
        [] => ALL.to_vec(),
        some => some.iter().map(String::as_str).collect(),
    };
    machine()?;
    let mut failed = Vec::new();
    for name in names {
        // One that cannot run does not keep the others from it.
        if !Command::new(target()?.join("release/weighbridge-bench")).arg(name).status()?.success() {
            failed.push(name);
        }
    }
    if failed.is_empty() { Ok(()) } else { bail!("not measured: {}", failed.join(", ")) }
}

fn build() -> Result<()> {
    plugins::guests()?;
    cargo::run(cargo().args(["build", "--quiet", "--package", "connector-github", "--lib"]).args([
        "--profile",
        "connector",
        "--target",
        "wasm32-unknown-unknown",
    ]))?;
    // All packages are selected, so that features, and with them the build of wasmtime, are always the same.
    cargo::run(cargo().args(["build", "--quiet", "--release", "--workspace", "--bins"]))?;
    let peer = cargo::root().join("bench/extism/Cargo.toml");
    let into = target()?.join("extism");
    cargo::run(
        cargo().args(["build", "--quiet", "--release", "--manifest-path"]).arg(peer).arg("--target-dir").arg(into),
    )
}

/// What the figures were measured on: they go nowhere without it.
fn machine() -> Result<()> {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism()?;
    println!("{cores} cores, kernel {}, load before {}", kernel.trim(), load.split(' ').next().unwrap_or_default());
    Ok(())
}
