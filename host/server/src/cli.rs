//! The command line: what there is, in words. What each command does stands in `command/`.
//!
//! To add a command: a variant of [`Command`] whose comment is its help, with its arguments below; then its file in
//! `command/` and its line in `command::run`.

mod budget;
mod database;
mod runs;
mod token;
mod trust;
mod upkeep;

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand};
use domain::PluginId;
use domain::id::IdError;

pub use budget::{Budget, Scope};
pub use database::Database;
pub use runs::{Runs, RunsCommand};
pub use token::Token;
pub use trust::Trust;
pub use upkeep::{Backup, Key, Restore, Workspaces};

/// Weighs what engineering tools bring, through signed connectors in a sandbox.
#[derive(Debug, Parser)]
#[command(name = "weighbridge", version, about, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage, 77 refused, 78 wrong configuration.")]
pub struct Cli {
    /// The configuration file
    #[arg(long, global = true, env = "WEIGHBRIDGE_CONFIG", default_value = crate::config::FILE_NAME, value_name = "FILE")]
    pub config: PathBuf,
    /// Answer in JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a host (configuration, host key, store, first workspace), or add a workspace to one
    Init(Init),
    /// Run the host: API and sync, until it is asked to stop
    Serve,
    /// Check configuration, key, store and packages without starting anything. A store of an older version is brought up
    /// to this one's schema, as by every command
    Check,
    /// Write, build, sign, trust and install plugins
    #[command(subcommand)]
    Plugin(Plugin),
    /// Connect a workspace to a source through an installed plugin
    Connect(Connect),
    /// Show, pause, resume, release and remove connections, and change their settings, credentials and consent
    Connection(Connection),
    /// Bring data in now, and say how it went
    Sync(Sync),
    /// Show metrics
    Metrics(Metrics),
    /// Show what connections did, and what one run did in detail
    Runs(Runs),
    /// Show what plugins' calls may cost, and set it for a plugin, a workspace, or both
    #[command(subcommand)]
    Budget(Budget),
    /// Make, list and revoke API tokens
    #[command(subcommand)]
    Token(Token),
    /// Prepare a PostgreSQL database for hosts
    #[command(subcommand)]
    Database(Database),
    /// Make a backup of everything that the host keeps but its key, while hosts serve
    Backup(Backup),
    /// Make the data directory of a backup, or only check the backup
    Restore(Restore),
    /// Change keys while hosts serve
    #[command(subcommand)]
    Key(Key),
    /// Erase a workspace for good
    #[command(subcommand)]
    Workspace(Workspaces),
    /// Show who did what on this host, and what was refused, the newest first
    Audit(Audit),
    /// Compile the component on standard input (started by the host itself)
    #[command(hide = true)]
    Compile,
    /// Run guests for the host at the other end of the standard streams (started by the host itself)
    #[command(hide = true)]
    Guests {
        /// How many at a time
        places: u32,
    },
}

/// `weighbridge init`
#[derive(Debug, Args)]
pub struct Init {
    /// Where to make it
    #[arg(default_value = ".")]
    pub directory: PathBuf,
    /// The first workspace's name, `default` by default; on a host that is there, a further workspace to add
    #[arg(long, value_name = "NAME")]
    pub workspace: Option<String>,
    /// The new workspace's time zone, an IANA name; `UTC` by default. That of a workspace that is there stays
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
}

/// `weighbridge audit`
#[derive(Debug, Args)]
pub struct Audit {
    /// How many entries
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub limit: u32,
    /// Only entries older than the one of this number
    #[arg(long, value_name = "NUMBER")]
    pub before: Option<i64>,
}

/// `weighbridge plugin …`
#[derive(Debug, Subcommand)]
pub enum Plugin {
    /// Write the skeleton of a new connector
    New {
        /// `publisher/name`
        id: String,
        /// Where to write it; the name by default
        #[arg(long)]
        directory: Option<PathBuf>,
        /// Where the SDK lies: `sdk/rust` of a clone of Weighbridge. Needed, since the SDK is not published
        #[arg(long, value_name = "PATH")]
        sdk: Option<PathBuf>,
    },
    /// Build a connector's folder into a package: a component with its manifest inside
    Build {
        /// The folder with `plugin.toml` and `Cargo.toml`
        #[arg(default_value = ".")]
        directory: PathBuf,
        /// The package to write; `NAME.wasm` in the folder by default
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Cargo's profile
        #[arg(long, default_value = "release")]
        profile: String,
        /// The same package from the same source, `Cargo.lock` and compiler, wherever it is built
        #[arg(long)]
        reproducible: bool,
        /// A core module that was built already, by whatever compiler: cargo is not run
        #[arg(long, value_name = "FILE", conflicts_with_all = ["profile", "reproducible"])]
        module: Option<PathBuf>,
    },
    /// Make a publisher's key: the private one at PATH, the public one beside it
    Key {
        /// Such as `key.pem`; the public key becomes `key.pub.pem`
        path: PathBuf,
    },
    /// Sign a package: writes FILE.dsse beside it
    Sign {
        /// The package
        file: PathBuf,
        /// The publisher's private key; given again, the package is signed by each
        #[arg(long = "key", required = true, value_name = "FILE")]
        keys: Vec<PathBuf>,
        /// Days until the signature expires
        #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: u32,
        /// Sign what stands in FILE.dsse, too, beside the signatures that are there
        #[arg(long, conflicts_with = "days")]
        also: bool,
    },
    /// Show who signed a package, what it imports, and what it asks for against what is granted. Without a host it shows
    /// the same but trust and grants
    Inspect {
        /// The package
        file: PathBuf,
    },
    /// Check a package against this host's trust
    Verify {
        /// The package
        file: PathBuf,
    },
    /// Decide which publishers, keys and packages are trusted
    #[command(subcommand)]
    Trust(Trust),
    /// Verify, grant and install a package. A release that asks for no more than the one that runs goes live at the next
    /// call; one that asks for more waits for `plugin approve`, and what runs goes on
    Install {
        /// The package
        file: PathBuf,
        /// Grant a plugin's first release all that it asks for, without asking back
        #[arg(long)]
        grant: bool,
    },
    /// Show how a release that waits differs from the one that runs, grant what it asks for, and let it run
    Approve {
        /// `publisher/name`, or `publisher/name@version`
        plugin: Release,
        /// Grant it without asking back
        #[arg(long)]
        yes: bool,
    },
    /// Say no to a release that waits
    Reject {
        /// `publisher/name`, or `publisher/name@version`
        plugin: Release,
    },
    /// Go back to the release in whose place the live one went live, with the cursors that it left
    Rollback {
        /// `publisher/name`
        plugin: PluginId,
    },
    /// Let a quarantined release run again, in the place of whatever is live
    Release {
        /// `publisher/name`, or `publisher/name@version`
        plugin: Release,
    },
    /// Installed plugins
    List,
}

/// A plugin, or one version of it: `publisher/name`, `publisher/name@version`.
#[derive(Debug, Clone)]
pub struct Release {
    /// The plugin.
    pub id: PluginId,
    /// The version, where one is named.
    pub version: Option<String>,
}

impl FromStr for Release {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (id, version) = text.split_once('@').map_or((text, None), |(id, version)| (id, Some(version.to_owned())));
        Ok(Self { id: id.parse()?, version })
    }
}

/// `weighbridge connect`
#[derive(Debug, Args)]
pub struct Connect {
    /// The installed plugin: `publisher/name`
    pub plugin: String,
    /// The connection's name; the plugin's by default
    #[arg(long)]
    pub name: Option<String>,
    /// The workspace's name
    #[arg(long, default_value = "default")]
    pub workspace: String,
    /// A setting; the value is JSON, or text
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
    /// The directory that the plugin may read
    #[arg(long, value_name = "DIRECTORY")]
    pub files: Option<PathBuf>,
    /// A credential: the slot's name and the file that holds the secret, `-` for standard input. For OAuth 2 that is the
    /// client: its id in the first line, its secret in the second
    #[arg(long = "credential", value_name = "SLOT=FILE")]
    pub credentials: Vec<String>,
    /// Minutes between two runs
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=10_080))]
    pub every: Option<u32>,
}

/// `weighbridge connection …`
#[derive(Debug, Args)]
pub struct Connection {
    /// The workspace's name
    #[arg(long, global = true, default_value = "default")]
    pub workspace: String,
    /// What to do.
    #[command(subcommand)]
    pub command: Connections,
}

/// What can be done with connections.
#[derive(Debug, Subcommand)]
pub enum Connections {
    /// Every connection: its state, why it is stopped or backs off, and when it runs next
    List,
    /// One connection, with its streams and settings
    Show {
        /// The connection's name
        name: String,
    },
    /// Let it run no more until it is resumed
    Pause {
        /// The connection's name
        name: String,
    },
    /// Let it run at once, whether it was paused, stopped or backing off
    Resume {
        /// The connection's name
        name: String,
    },
    /// Let it run again after its plugin's faults have quarantined it, with the streams that were set aside
    Release {
        /// The connection's name
        name: String,
    },
    /// Show what the live release asks for beyond what the workspace consented to, consent, and let it run that release
    Consent {
        /// The connection's name
        name: String,
        /// Consent without asking back
        #[arg(long)]
        yes: bool,
    },
    /// Change its settings, and let it run at once unless it is paused
    Set {
        /// The connection's name
        name: String,
        /// A setting; the value is JSON, or text
        #[arg(value_name = "KEY=VALUE")]
        settings: Vec<String>,
        /// A setting to leave to its default
        #[arg(long, value_name = "KEY")]
        unset: Vec<String>,
    },
    /// End it, have the provider take its tokens back, and destroy its credentials; what it has brought stays
    Remove {
        /// The connection's name
        name: String,
    },
    /// Give it another credential, and let it run at once unless it is paused
    Credential {
        /// The connection's name
        name: String,
        /// The slot's name and the file that holds the secret (for OAuth 2 the client's id and secret, a line each), `-` for
        /// standard input
        #[arg(required = true, value_name = "SLOT=FILE")]
        credentials: Vec<String>,
    },
    /// Have somebody consent at the OAuth 2 provider of a slot, in a browser on this machine, and let it run at once
    Authorize(Authorize),
}

/// `weighbridge connection authorize`
#[derive(Debug, Args)]
pub struct Authorize {
    /// The connection's name
    pub name: String,
    /// The slot, where there is more than one to consent to
    #[arg(long, value_name = "SLOT")]
    pub slot: Option<String>,
    /// The port on 127.0.0.1 that the provider sends the browser back to, where it does not take any; any free one by default
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,
}

/// `weighbridge sync`
#[derive(Debug, Args)]
pub struct Sync {
    /// Only these connections, by name; all by default
    pub connections: Vec<String>,
    /// The workspace's name
    #[arg(long, default_value = "default")]
    pub workspace: String,
}

/// `weighbridge metrics`
#[derive(Debug, Args)]
pub struct Metrics {
    /// Only these metrics, by id; a summary of all by default
    pub ids: Vec<String>,
    /// The workspace's name
    #[arg(long, default_value = "default")]
    pub workspace: String,
    /// The first day; 90 days before the last by default
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// The last day; today by default
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// total, day, week or month
    #[arg(long, default_value = "total")]
    pub interval: String,
    /// none, repository, team or person
    #[arg(long, default_value = "none")]
    pub group_by: String,
}
