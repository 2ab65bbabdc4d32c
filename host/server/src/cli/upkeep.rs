//! `weighbridge backup`, `restore`, `key …` and `workspace …`, in words.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

/// `weighbridge backup`
#[derive(Debug, Args)]
pub struct Backup {
    /// The folder to make: it must not exist, nor lie in the data directory
    pub target: PathBuf,
}

/// `weighbridge restore`
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup
    pub from: PathBuf,
    /// Only check it, to its last byte; nothing is written
    #[arg(long)]
    pub verify: bool,
    /// A file with the host key that the backup hangs on, where that was changed since; may be given again
    #[arg(long = "key", value_name = "FILE")]
    pub keys: Vec<PathBuf>,
    /// A ledger of erasures newer than the backup's: `erasures.json` of the data directory that it replaces, or a newer
    /// backup; may be given again
    #[arg(long = "erasures", value_name = "FILE")]
    pub erasures: Vec<PathBuf>,
}

/// `weighbridge key …`
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Put another key into the place of the host's or of a workspace's
    #[command(group = ArgGroup::new("which").required(true).args(["host", "workspace"]))]
    Rotate {
        /// The host key, on which all workspaces' keys hang
        #[arg(long)]
        host: bool,
        /// The file of the new host key, made where there is none. Where the host key comes from the environment or a command,
        /// that gives both keys instead, a line each, the new one second
        #[arg(long, value_name = "FILE", requires = "host")]
        to: Option<PathBuf>,
        /// The key of this workspace, which seals its secrets
        #[arg(long, value_name = "NAME")]
        workspace: Option<String>,
    },
}

/// `weighbridge workspace …`
#[derive(Debug, Subcommand)]
pub enum Workspaces {
    /// Erase a workspace: its keys, data, tokens, connections and credentials. It does not come back, not even from a backup
    Purge {
        /// The workspace's name
        name: String,
        /// Erase it without asking back
        #[arg(long)]
        yes: bool,
    },
}
