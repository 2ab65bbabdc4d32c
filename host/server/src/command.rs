//! What each command does: one file per command, named like it.
//!
//! To add one: describe it in `cli.rs`, write its file here, and give it its line in [`run`].

pub mod audit;
pub mod backup;
pub mod budget;
pub mod check;
pub mod connect;
pub mod connection;
pub mod database;
pub mod init;
pub mod key;
pub mod metrics;
pub mod plugin;
pub mod restore;
pub mod runs;
pub mod serve;
pub mod sync;
pub mod token;
pub mod workspace;

mod confirm;
mod signal;

pub use crate::error::{CommandError, in_words};

use crate::cli::{Cli, Command};
use crate::config::Config;
use crate::output::Output;
use crate::telemetry;

/// Do what the command line says.
///
/// # Errors
/// Whatever the command cannot do, in words for the terminal.
pub async fn run(cli: Cli) -> Result<(), CommandError> {
    let Cli { config, json, command } = cli;
    let output = Output::new(json);
    // These need no host.
    match command {
        Command::Init(arguments) => init::run(&arguments, output).await,
        Command::Plugin(command) if !command.needs_host(&config) => plugin::run_without_host(command, output),
        Command::Database(command) => database::run(&command, output).await,
        Command::Check => check::run(&config, output).await,
        command => {
            let config = Config::load(&config)?;
            telemetry::start(&config.log);
            match command {
                Command::Serve => serve::run(config, output).await,
                Command::Plugin(command) => plugin::run(command, config, output).await,
                Command::Connect(arguments) => connect::run(&arguments, config, output).await,
                Command::Connection(arguments) => connection::run(arguments, config, output).await,
                Command::Sync(arguments) => sync::run(&arguments, config, output).await,
                Command::Metrics(arguments) => metrics::run(&arguments, config, output).await,
                Command::Runs(arguments) => runs::run(arguments, config, output).await,
                Command::Budget(command) => budget::run(command, config, output).await,
                Command::Token(command) => token::run(command, config, output).await,
                Command::Backup(arguments) => backup::run(&arguments, config, output).await,
                Command::Restore(arguments) => restore::run(&arguments, &config, output).await,
                Command::Key(command) => key::run(command, config, output).await,
                Command::Workspace(command) => workspace::run(command, config, output).await,
                Command::Audit(arguments) => audit::run(&arguments, config, output).await,
                Command::Init(_)
                | Command::Database(_)
                | Command::Check
                | Command::Compile
                | Command::Guests { .. } => Ok(()),
            }
        }
    }
}
