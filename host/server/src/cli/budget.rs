//! `weighbridge budget …`

use clap::{Args, Subcommand};

/// What can be done with budgets.
#[derive(Debug, Subcommand)]
pub enum Budget {
    /// What each call may cost, and who said so; everything that is set, where neither plugin nor workspace is named
    Show {
        /// Whose calls.
        #[command(flatten)]
        scope: Scope,
    },
    /// Give other budgets, up to the ceiling of weighbridge.toml; they count from the next call on
    Set {
        /// Whose calls.
        #[command(flatten)]
        scope: Scope,
        /// Such as `cpu=5s`, `memory=128MiB`, `requests=200` or `concurrent_calls=2`; of a workspace also `weight=200`, twice
        /// what others have of everything that is shared
        #[arg(required = true, value_name = "BUDGET=AMOUNT")]
        settings: Vec<String>,
    },
    /// Take back what was set
    Clear {
        /// Whose calls.
        #[command(flatten)]
        scope: Scope,
        /// Such as `cpu`; all that is set by default
        #[arg(value_name = "BUDGET")]
        budgets: Vec<String>,
    },
}

/// Whose calls a budget is for.
#[derive(Debug, Args)]
pub struct Scope {
    /// Those of this plugin
    #[arg(long, value_name = "ID")]
    pub plugin: Option<String>,
    /// Those of this workspace, by name; with a plugin, those of the plugin in the workspace
    #[arg(long, value_name = "NAME")]
    pub workspace: Option<String>,
}
