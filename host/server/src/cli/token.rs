//! `weighbridge token …`, in words.

use clap::Subcommand;

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token; it is shown once
    New {
        /// What it is for
        name: String,
        /// The workspace's name
        #[arg(long, default_value = "default")]
        workspace: String,
        /// What it may do; may be given again. All but figures of single people by default
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
        /// Days until it expires
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=365))]
        days: u32,
    },
    /// Tokens of a workspace
    List {
        /// The workspace's name
        #[arg(long, default_value = "default")]
        workspace: String,
    },
    /// Take a token back
    Revoke {
        /// The token's id, `tok_…`
        id: String,
    },
}
