//! `weighbridge runs …`

use clap::{Args, Subcommand};

/// `weighbridge runs …`
#[derive(Debug, Args)]
pub struct Runs {
    /// The workspace's name
    #[arg(long, global = true, default_value = "default")]
    pub workspace: String,
    /// What to do.
    #[command(subcommand)]
    pub command: RunsCommand,
}

/// What can be done with runs.
#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// Runs, the newest first
    List {
        /// Only those of this connection, by name
        #[arg(long, value_name = "NAME")]
        connection: Option<String>,
        /// How many
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// Only runs older than this one
        #[arg(long, value_name = "RUN")]
        before: Option<String>,
    },
    /// One run: whose code ran, what it was granted, where its requests went, what it took of each budget, how far its
    /// streams came, and where it broke
    Show {
        /// The run's id, `run_…`
        id: String,
    },
}
