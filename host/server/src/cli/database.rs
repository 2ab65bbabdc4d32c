//! `weighbridge database`, and its arguments.

use clap::Subcommand;

/// `weighbridge database`
#[derive(Debug, Subcommand)]
pub enum Database {
    /// Bring the schema up to date, as the database's owner. Hosts go on meanwhile, and need no right to do it themselves
    Migrate {
        /// The database with the owner's name and password, `postgres://OWNER:PASSWORD@HOST/NAME`
        #[arg(long, env = "WEIGHBRIDGE_DATABASE_OWNER", hide_env_values = true, value_name = "ADDRESS")]
        owner: String,
        /// The role that hosts come in as. It is there already, and is no superuser, without BYPASSRLS
        #[arg(long, default_value = "weighbridge", value_name = "NAME")]
        role: String,
    },
}
