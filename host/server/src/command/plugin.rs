//! `weighbridge plugin …`: one file per command.

mod build;
mod inspect;
mod install;
mod key;
mod list;
mod new;
mod sign;
mod trust;
mod verify;

use std::path::Path;

use super::CommandError;
use crate::cli::Plugin;
use crate::config::Config;
use crate::host::Host;
use crate::output::Output;

impl Plugin {
    /// Whether it asks what this host trusts or has; what authors do at home does not. A package can be looked at where
    /// there is no host, and is looked at with the eyes of the host where there is one.
    pub(super) fn needs_host(&self, configuration: &Path) -> bool {
        match self {
            Self::New { .. } | Self::Build { .. } | Self::Key { .. } | Self::Sign { .. } => false,
            Self::Inspect { .. } => configuration.exists(),
            Self::Verify { .. } | Self::Trust(_) | Self::Install { .. } | Self::List => true,
        }
    }
}

/// What authors do, without a host.
pub(super) fn run_without_host(command: Plugin, output: Output) -> Result<(), CommandError> {
    match command {
        Plugin::New { id, directory, sdk } => new::run(&id, directory, sdk.as_deref(), output),
        Plugin::Build { directory, out, profile, module } => {
            build::run(&directory, out, &profile, module.as_deref(), output)
        }
        Plugin::Key { path } => key::run(&path, output),
        Plugin::Sign { file, keys, days, also } => sign::run(&file, &keys, days, also, output),
        Plugin::Inspect { file } => inspect::run_without_host(&file, output),
        Plugin::Verify { .. } | Plugin::Trust(_) | Plugin::Install { .. } | Plugin::List => {
            Err(CommandError::usage("this command needs a host"))
        }
    }
}

/// What operators do.
pub(super) async fn run(command: Plugin, config: Config, output: Output) -> Result<(), CommandError> {
    let host = Host::open(config).await?;
    match command {
        Plugin::Inspect { file } => inspect::run(&host, &file, output).await,
        Plugin::Verify { file } => verify::run(&host, &file, output).await,
        Plugin::Trust(command) => trust::run(&host, command, output).await,
        Plugin::Install { file, grant } => install::run(&host, &file, grant, output).await,
        Plugin::List => list::run(&host, output).await,
        Plugin::New { .. } | Plugin::Build { .. } | Plugin::Key { .. } | Plugin::Sign { .. } => {
            run_without_host(command, output)
        }
    }
}
