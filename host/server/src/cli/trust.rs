//! `weighbridge plugin trust …`, in words.

use std::path::PathBuf;

use clap::Subcommand;
use domain::PluginId;

/// What can be done with trust.
#[derive(Debug, Subcommand)]
pub enum Trust {
    /// Trust a publisher's key for some plugin ids. Said again, it replaces what was said of the key before
    Add {
        /// The public key
        key: PathBuf,
        /// `publisher/*` or `publisher/name`; may be given again
        #[arg(long = "for", required = true, value_name = "PATTERN")]
        patterns: Vec<String>,
        /// Whose it is; the patterns by default
        #[arg(long)]
        name: Option<String>,
        /// The first day on which packages may be installed by it, or an instant
        #[arg(long, value_name = "DATE")]
        from: Option<String>,
        /// The day from which none may be any more, or an instant; what was installed before goes on
        #[arg(long, value_name = "DATE")]
        until: Option<String>,
    },
    /// Let a new key take an old one's place: both install packages while they overlap, then the new one alone
    Rotate {
        /// The old key's id
        old: String,
        /// The new public key; it is trusted for what the old one is
        new: PathBuf,
        /// How many days the old one goes on
        #[arg(long, default_value_t = 30, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(0..=3650))]
        overlap: u32,
    },
    /// Forbid all that a key signed, or one package: what runs by it stops within a second, for good
    Revoke {
        /// The key's id or the package's SHA-256
        id: String,
        /// Why
        #[arg(long, default_value = "revoked by the operator")]
        reason: String,
        /// It is a key, though this host never trusted it
        #[arg(long, conflicts_with = "package")]
        key: bool,
        /// It is a package, though it was never installed here
        #[arg(long)]
        package: bool,
    },
    /// Set the lowest sequence of a plugin that may run; what is below stops within a second
    Floor {
        /// `publisher/name`
        plugin: PluginId,
        /// The sequence
        #[arg(value_parser = clap::value_parser!(u64).range(1..))]
        sequence: u64,
        /// Yes, it is lower than it was
        #[arg(long)]
        lower: bool,
    },
    /// Do all that a trust file says, or nothing of it
    Apply {
        /// Such as `trust.toml`
        file: PathBuf,
    },
    /// Write down what is trusted now, as a trust file
    Export,
    /// Keys, revoked keys and packages, lowest sequences
    List,
}
