//! A PostgreSQL database that hosts share, on the server of `WEIGHBRIDGE_TEST_POSTGRES`, which `cargo xtask test` starts.

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use super::build::built;
use super::host::{Host, Ran};

const SERVER: &str = "WEIGHBRIDGE_TEST_POSTGRES";
/// Databases of this process.
static COUNT: AtomicU32 = AtomicU32::new(0);
/// The role as which hosts come in, and its password: the server is thrown away with them.
const ROLE: (&str, &str) = ("weighbridge_host", "a-test");

/// A database of its own, prepared.
#[derive(Debug)]
pub struct SharedDatabase {
    /// As its owner.
    pub owner: String,
    /// As a host.
    pub address: String,
}

impl SharedDatabase {
    /// One without a schema.
    #[track_caller]
    #[must_use]
    pub fn empty() -> Self {
        let server = std::env::var(SERVER).unwrap_or_else(|_| {
            panic!("{SERVER} has no address of a PostgreSQL superuser: run `cargo xtask test`, which starts a server")
        });
        let name = format!("shared_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let (role, password) = ROLE;
        psql(
            &server,
            &format!(
                "DO $$ BEGIN PERFORM pg_advisory_xact_lock(1);
                IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN
                    CREATE ROLE {role} LOGIN PASSWORD '{password}'; END IF; END $$"
            ),
        );
        // An earlier run of the same number may have left one on a server that outlives it.
        psql(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        psql(&server, &format!("CREATE DATABASE {name}"));
        let (rest, _) = server.rsplit_once('/').expect("the server's address names a database");
        let (_, host) = rest.rsplit_once('@').expect("the server's address names a user");
        Self { owner: format!("{rest}/{name}"), address: format!("postgres://{role}:{password}@{host}/{name}") }
    }

    /// One that hosts can use.
    #[track_caller]
    #[must_use]
    pub fn new() -> Self {
        let database = Self::empty();
        let _ = database.migrate(ROLE.0).good();
        database
    }

    /// `weighbridge database migrate`.
    #[track_caller]
    #[must_use]
    pub fn migrate(&self, role: &str) -> Ran {
        let mut command = Command::new(&built().weighbridge);
        command.args(["database", "migrate", "--role", role]).env("WEIGHBRIDGE_DATABASE_OWNER", &self.owner);
        Ran::of(&command.output().expect("the command starts"))
    }

    /// Run a statement as the owner: its rows, a line each.
    #[track_caller]
    #[must_use]
    pub fn ask(&self, statement: &str) -> Vec<String> {
        psql(&self.owner, statement).lines().map(str::to_owned).collect()
    }

    /// A host on this database that trusts the key of the tests. The first one makes the instance.
    #[track_caller]
    #[must_use]
    pub fn host(&self) -> Host {
        Host::sharing(self.address.clone()).initialised().trusting()
    }

    /// A further host of the instance that this one belongs to: it has the same key, and nothing else.
    #[track_caller]
    #[must_use]
    pub fn joining(&self, first: &Host) -> Host {
        let host = Host::sharing(self.address.clone());
        for name in ["host.key", "weighbridge.toml"] {
            fs::copy(first.folder().join(name), host.folder().join(name)).expect("copied");
        }
        host
    }
}

impl Default for SharedDatabase {
    fn default() -> Self {
        Self::new()
    }
}

impl Host {
    fn sharing(address: String) -> Self {
        Self::on(TempDir::new().expect("a folder"), Some(address))
    }
}

fn psql(address: &str, statement: &str) -> String {
    let mut command = Command::new("psql");
    command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
    command.args(["--dbname", address, "--command", statement]);
    let ran = Ran::of(&command.output().expect("`psql` starts: it comes with the server")).good();
    ran.out
}
