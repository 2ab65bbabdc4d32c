//! Chance for as long as one likes: random guests, by the program that the tests run 2,000 of them with; random bytes for
//! one reader, by libFuzzer; every small break of what keeps guests in, by cargo-mutants; or hosts that are killed, have
//! failing disks, or are stopped.

use std::path::Path;
use std::process::Command;
use std::{fs, io};

use anyhow::{Context, Result, bail};

use crate::cargo::{binary, cargo, root, run as run_command, target};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many guests [default: 10,000, or as many as fit the minutes]
    #[arg(long)]
    guests: Option<u64>,
    /// How many minutes
    #[arg(long)]
    minutes: Option<u64>,
    /// The seed of the first guest; each has the one after [default: that of the tests]
    #[arg(long)]
    seed: Option<u64>,
    /// Fuzz one reader instead; without a name, list them
    #[arg(long, value_name = "TARGET", num_args = 0..=1, default_missing_value = "")]
    fuzz: Option<String>,
    /// How many seconds to fuzz for
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Break the code instead, in every place that `.cargo/mutants.toml` names, or in those that match, such as `egress/src/rule`
    #[arg(long, value_name = "PATTERN", num_args = 0..=1, default_missing_value = "", conflicts_with = "fuzz")]
    mutants: Option<String>,
    /// Kill hosts instead, so often, in the midst of what they do
    #[arg(long, value_name = "NUMBER", num_args = 0..=1, default_missing_value = "10000")]
    crashes: Option<u64>,
    /// Let each write of a sync fail instead, in every way, or about so many of them: no room, a failing disk, failing syncs
    #[arg(long, value_name = "NUMBER", num_args = 0..=1, default_missing_value = "0")]
    writes: Option<u64>,
    /// Stop workers instead until their lease has gone on to another, so often, and wake them
    #[arg(long, value_name = "NUMBER", num_args = 0..=1, default_missing_value = "200")]
    stops: Option<u64>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let Arguments { crashes, writes, stops, seed, .. } = arguments;
    let hosts: Vec<_> = [("crashes", crashes), ("writes", writes), ("stops", stops)]
        .into_iter()
        .filter_map(|(what, number)| number.map(|number| (what, number)))
        .collect();
    if !hosts.is_empty() {
        return hosts.into_iter().try_for_each(|(what, number)| disturb(what, number, *seed));
    }
    match (&arguments.fuzz, &arguments.mutants) {
        (Some(target), _) => fuzz(target, arguments.seconds),
        (None, Some(pattern)) => mutants(pattern),
        (None, None) => guests(arguments),
    }
}

/// Random guests. One that breaks the host stays below `target/soak`; its seed brings it back.
fn guests(arguments: &Arguments) -> Result<()> {
    let Arguments { guests, minutes, seed, .. } = arguments;
    let (target, manifest) = (target()?, root().join("tests/smith/Cargo.toml"));
    let into = target.join("smith");
    run_command(
        cargo().args(["build", "--quiet", "--locked", "--manifest-path"]).arg(manifest).arg("--target-dir").arg(&into),
    )?;
    let mut command = Command::new(binary("soak")?);
    command.arg("--smith").arg(into.join("debug/weighbridge-smith")).arg("--keep").arg(target.join("soak"));
    for (name, number) in [("--guests", guests), ("--minutes", minutes), ("--seed", seed)] {
        if let Some(number) = number {
            command.args([name, &number.to_string()]);
        }
    }
    run_command(&mut command)
}

/// Hosts that are disturbed. The seed of the round that broke one stands in the error.
fn disturb(what: &str, number: u64, seed: Option<u64>) -> Result<()> {
    let mut command = Command::new(binary("durability")?);
    command.arg(what);
    // Without a number it is every write.
    if what != "writes" || number > 0 {
        command.arg(number.to_string());
    }
    if let Some(seed) = seed {
        command.args(["--seed", &seed.to_string()]);
    }
    run_command(&mut command)
}

/// Random bytes for one reader. What it finds stays below `tests/fuzz/artifacts`; what it learns, below `target/soak`.
///
/// Without a sanitizer: no code of ours can be unsafe, and so any toolchain will do. Panics, overflows, endless loops and
/// memory without end are what is looked for.
fn fuzz(name: &str, seconds: u32) -> Result<()> {
    let folder = root().join("tests/fuzz");
    let known = targets(&folder)?;
    if !known.iter().any(|target| target == name) {
        bail!("no reader is named `{name}`: there are {}", known.join(", "));
    }
    if !cargo().args(["fuzz", "--version"]).output().is_ok_and(|output| output.status.success()) {
        bail!("fuzzing needs cargo-fuzz: `cargo install cargo-fuzz --locked`");
    }
    // The versions that are fuzzed are those that run.
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).context("copying the lock file")?;
    let learnt = target()?.join("soak").join(name);
    fs::create_dir_all(&learnt)?;
    let mut command = cargo();
    command.args(["fuzz", "run", "--sanitizer", "none", "--fuzz-dir"]).arg(&folder);
    command.arg("--target-dir").arg(target()?.join("fuzz")).arg(name).arg(learnt).arg(folder.join("corpus").join(name));
    command.args(["--", &format!("-max_total_time={seconds}"), "-timeout=10", "-rss_limit_mb=2048"]);
    command.args(["-max_len=65536", "-print_final_stats=1"]);
    run_command(&mut command)
}

/// The code broken in one place at a time, in a copy; each break that no test of its package notices is a finding. What was
/// done stands below `target/soak/mutants.out`. Hours for all of it; minutes for a file.
fn mutants(pattern: &str) -> Result<()> {
    if !cargo().args(["mutants", "--version"]).output().is_ok_and(|output| output.status.success()) {
        bail!("breaking the code on purpose needs cargo-mutants: `cargo install cargo-mutants --locked`");
    }
    let into = target()?.join("soak");
    fs::create_dir_all(&into)?;
    let mut command = cargo();
    command.args(["mutants", "--output"]).arg(into);
    if !pattern.is_empty() {
        command.args(["--re", pattern]);
    }
    run_command(&mut command)
}

/// The readers that can be fuzzed.
fn targets(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder.join("fuzz_targets")).context("listing the targets")?;
    let name = |entry: io::Result<fs::DirEntry>| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned());
    let mut names: Vec<String> = entries.filter_map(name).collect();
    names.sort();
    Ok(names)
}
