//! The command `weighbridge`.

#![forbid(unsafe_code)]

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use weighbridge::cli::{Cli, Command};
use weighbridge::command;

fn main() -> ExitCode {
    // What whoever started this left open is not for the processes that are started from here.
    close_fds::set_fds_cloexec(3, &[]);
    let cli = Cli::parse();
    // Before anything else exists in these processes: what they are handed is not trusted.
    match cli.command {
        Command::Compile => return sandbox::compile_worker(),
        Command::Guests { places } => return sandbox::guest_worker(places),
        _ => {}
    }
    // A guest gives its thread back at every tick; timers and sockets must not wait for dozens of those.
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().event_interval(4).build() {
        Ok(runtime) => runtime,
        Err(error) => return report(&error, 1),
    };
    match runtime.block_on(command::run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error, error.exit_code()),
    }
}

fn report(error: &dyn Error, code: u8) -> ExitCode {
    anstream::eprintln!("weighbridge: {}", command::in_words(error));
    ExitCode::from(code)
}
