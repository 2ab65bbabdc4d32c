//! `weighbridge plugin …`: one file per command.

mod approve;
mod build;
mod inspect;
mod install;
mod key;
mod list;
mod new;
mod rollback;
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
            Self::Verify { .. }
            | Self::Trust(_)
            | Self::Install { .. }
            | Self::Approve { .. }
            | Self::Reject { .. }
            | Self::Rollback { .. }
            | Self::Release { .. }
            | Self::List => true,
        }
    }
}

/// What authors do, without a host.
pub(super) fn run_without_host(command: Plugin, output: Output) -> Result<(), CommandError> {
    match command {
        Plugin::New { id, directory, sdk } => new::run(&id, directory, sdk.as_deref(), output),
        Plugin::Build { directory, out, profile, reproducible, module } => {
            build::run(&directory, out, &profile, reproducible, module.as_deref(), output)
        }
        Plugin::Key { path } => key::run(&path, output),
        Plugin::Sign { file, keys, days, also } => sign::run(&file, &keys, days, also, output),
        Plugin::Inspect { file } => inspect::run_without_host(&file, output),
        Plugin::Verify { .. }
        | Plugin::Trust(_)
        | Plugin::Install { .. }
        | Plugin::Approve { .. }
        | Plugin::Reject { .. }
        | Plugin::Rollback { .. }
        | Plugin::Release { .. }
        | Plugin::List => Err(CommandError::usage("this command needs a host")),
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
        Plugin::Approve { plugin, yes } => approve::run(&host, &plugin, yes, output).await,
        Plugin::Reject { plugin } => approve::reject(&host, &plugin, output).await,
        Plugin::Rollback { plugin } => rollback::run(&host, &plugin, output).await,
        Plugin::Release { plugin } => rollback::release(&host, &plugin, output).await,
        Plugin::List => list::run(&host, output).await,
        Plugin::New { .. } | Plugin::Build { .. } | Plugin::Key { .. } | Plugin::Sign { .. } => {
            run_without_host(command, output)
        }
    }
}
