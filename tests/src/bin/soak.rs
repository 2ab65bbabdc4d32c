//! Sends random guests through the whole path of the host until enough have passed, and says how far they came.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use weighbridge_tests::soak::{self, Plan};

/// What the compile process is started with.
const COMPILE: &str = "compile";

#[derive(Parser)]
struct Arguments {
    /// The generator
    #[arg(long)]
    smith: PathBuf,
    /// How many guests
    #[arg(long)]
    guests: Option<u64>,
    /// How many minutes, if there are guests left
    #[arg(long)]
    minutes: Option<u64>,
    /// The seed of the first guest; each has the one after
    #[arg(long, default_value_t = soak::SEED)]
    seed: u64,
    /// Where a guest that breaks the host is kept
    #[arg(long, default_value = "target/soak")]
    keep: PathBuf,
}

fn main() -> ExitCode {
    // The compile process is this program again, and must not be more than that.
    if std::env::args().nth(1).as_deref() == Some(COMPILE) {
        return sandbox::compile_worker();
    }
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("soak: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let minutes = arguments.minutes.map(|minutes| Duration::from_secs(60 * minutes));
    let guests = arguments.guests.unwrap_or(if minutes.is_some() { u64::MAX } else { 10_000 });
    let plan = Plan {
        smith: arguments.smith.clone(),
        compiler: (std::env::current_exe()?, vec![COMPILE.to_owned()]),
        seed: arguments.seed,
        guests,
        within: minutes.unwrap_or(Duration::from_secs(24 * 60 * 60)),
        keep: soak::keep(&arguments.keep)?,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    print(&runtime.block_on(soak::run(&plan))?);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the answer of a tool")]
fn print(tally: &soak::Tally) {
    print!("{tally}");
}
