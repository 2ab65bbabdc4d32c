//! Everything that is done to this repository: `cargo xtask --help`.
//!
//! Each command prepares what it needs, or says in one sentence what is missing and how to get it. Nothing here depends
//! on a crate of the product: it drives the same `weighbridge` command that users have.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "a tool for the terminal")]

mod bench;
mod cargo;
mod demo;
mod plugins;
mod postgres;
mod soak;
mod suite;
mod tidy;
mod tied;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Build, try, test and measure Weighbridge")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Start a host with both connectors, bring real data in, print metrics and the API's address
    Demo(demo::Arguments),
    /// Run every check and every test
    Test(suite::Arguments),
    /// Build the connectors into signed packages below `target/plugins`
    Plugins,
    /// Check the rules of the house: who may know whom, sizes, names, documents
    Tidy,
    /// Measure, and print ratios from this one run
    Bench(bench::Arguments),
    /// Send random guests through the whole path of the host, fuzz one of its readers, break its code on purpose, or disturb it
    Soak(soak::Arguments),
    /// Become a program that ends with the process that started it
    #[command(hide = true)]
    Tied(tied::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Demo(arguments) => demo::run(&arguments),
        Task::Test(arguments) => suite::run(&arguments),
        Task::Plugins => plugins::build().map(drop),
        Task::Tidy => tidy::run(),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Soak(arguments) => soak::run(&arguments),
        Task::Tied(arguments) => tied::become_program(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line; a backtrace of this tool would hide what it ran.
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
