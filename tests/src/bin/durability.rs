//! Kills hosts, lets their disks fail, or stops their workers, for as long as it is told; says what was seen.

use std::fmt::Display;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Parser, Subcommand};
use weighbridge_tests::durability::{Beginning, Field, Size, Which, crashes, stops, writes};

/// How long leases last here.
const LEASE: Duration = Duration::from_millis(150);
/// Data directories of every sort.
const ALL: [Beginning; 3] = [Beginning::Empty, Beginning::Behind, Beginning::Older];

#[derive(Parser)]
struct Arguments {
    /// The seed of the first round; each has the one after
    #[arg(long, default_value_t = 1, global = true)]
    seed: u64,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Kill so many
    Crashes { kills: u64 },
    /// Let every write fail, or about so many
    Writes { about: Option<u64> },
    /// Stop so many until their lease has gone on
    Stops { stale: u64 },
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("durability: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let Arguments { seed, what } = arguments;
    match what {
        What::Crashes { kills } => say(&crashes(&Field::prepare(Size::Large, &ALL, LEASE)?, *kills, *seed)?),
        What::Writes { about } => {
            let which = about.map_or(Which::All, Which::About);
            say(&writes(&Field::prepare(Size::Small, &ALL, LEASE)?, which, *seed)?);
        }
        What::Stops { stale } => say(&stops(&Field::prepare(Size::Large, &ALL, LEASE)?, *stale, *seed)?),
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the answer of a tool")]
fn say(seen: &impl Display) {
    println!("{seen}");
}
