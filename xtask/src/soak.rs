//! Chance for as long as one likes: random guests, by the program that the tests run 2,000 of them with.

use std::process::Command;

use anyhow::Result;

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
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    guests(arguments)
}

/// Random guests. One that breaks the host stays below `target/soak`; its seed brings it back.
fn guests(arguments: &Arguments) -> Result<()> {
    let Arguments { guests, minutes, seed } = arguments;
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
