//! A PostgreSQL server for the tests: thrown together for one run, and thrown away after it.
//!
//! Its files are in memory or not synced, so it keeps nothing through a power cut, and says nothing of speed.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::{OpenOptionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::cargo::{run, shown};
use crate::tied;

/// Where tests find a server: the address of a superuser. Who sets it has a server already.
pub(crate) const ADDRESS: &str = "WEIGHBRIDGE_TEST_POSTGRES";
/// Where systems have the server's programs, a folder per version.
const VERSIONS: [&str; 4] =
    ["/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt/postgresql", "/usr/local/opt/postgresql"];
const OLDEST: u32 = 15;
const PATIENCE: Duration = Duration::from_secs(60);
/// What is given up for speed, and what many tests at once need.
const SETTINGS: [&str; 7] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=400",
    "max_wal_size=4GB",
];

/// A server, until this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: String,
    started: Option<(Child, PathBuf)>,
}

impl Server {
    /// The one that the environment names, or one of our own.
    pub(crate) fn start() -> Result<Self> {
        if let Ok(address) = std::env::var(ADDRESS) {
            return Ok(Self { address, started: None });
        }
        let programs = programs().or_else(|_| install().and_then(|()| programs()))?;
        let folder = std::env::temp_dir().join(format!("weighbridge-postgres-{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("making {}", folder.display()))?;
        let server = Self::start_in(&programs, &folder);
        if server.is_err() {
            let _ = fs::remove_dir_all(&folder);
        }
        server
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    fn start_in(programs: &Path, folder: &Path) -> Result<Self> {
        let (data, secret) = (folder.join("data"), folder.join("secret"));
        let user = user()?;
        let password = password()?;
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&secret)?;
        file.write_all(password.as_bytes())?;
        if let Some((uid, gid)) = user {
            chown(folder, Some(uid), Some(gid))?;
            chown(&secret, Some(uid), Some(gid))?;
        }
        let mut initdb = Command::new(programs.join("initdb"));
        initdb.args(["--auth=password", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        initdb.arg("--pgdata").arg(&data).arg("--pwfile").arg(&secret).current_dir(folder).stdout(Stdio::null());
        run(as_user(&mut initdb, user))?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = tied::command(&programs.join("postgres"))?;
        command.arg("-D").arg(&data).arg("-p").arg(port.to_string()).current_dir(folder);
        command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        let log = fs::File::create(folder.join("log"))?;
        command.stdout(Stdio::null()).stderr(log).stdin(Stdio::null());
        let child = as_user(&mut command, user).spawn().with_context(|| format!("starting {}", shown(&command)))?;
        let address = format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres");
        let mut server = Self { address, started: Some((child, folder.to_owned())) };
        server.wait(programs, port)?;
        Ok(server)
    }

    fn wait(&mut self, programs: &Path, port: u16) -> Result<()> {
        let begun = Instant::now();
        let mut ask = Command::new(programs.join("pg_isready"));
        ask.args(["--quiet", "--host=127.0.0.1", "--port", &port.to_string()]);
        while !ask.status().with_context(|| format!("starting {}", shown(&ask)))?.success() {
            let Some((child, folder)) = &mut self.started else { return Ok(()) };
            let log = || fs::read_to_string(folder.join("log")).unwrap_or_default();
            if let Some(status) = child.try_wait()? {
                bail!("PostgreSQL ended at its start, {status}: {}", log());
            }
            ensure!(begun.elapsed() < PATIENCE, "PostgreSQL is not ready after {PATIENCE:?}: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some((child, folder)) = &mut self.started {
            // A server that is killed leaves its shared memory behind; SIGINT ends it without waiting for its clients.
            let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
            let _ = child.wait();
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// The folder of the newest server that is installed.
fn programs() -> Result<PathBuf> {
    let of_versions = VERSIONS.iter().flat_map(|folder| {
        let (parent, prefix) = match Path::new(folder) {
            folder if folder.is_dir() => (folder, ""),
            folder => {
                (folder.parent().unwrap_or(folder), folder.file_name().unwrap_or_default().to_str().unwrap_or(""))
            }
        };
        let names = fs::read_dir(parent).into_iter().flatten().flatten().map(|entry| entry.path());
        let prefix = prefix.to_owned();
        names.filter(move |path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix)))
    });
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let candidates = of_versions.map(|path| path.join("bin")).chain(std::env::split_paths(&on_path));
    let found =
        candidates.filter(|folder| ["initdb", "postgres", "pg_isready"].iter().all(|name| folder.join(name).is_file()));
    let newest = found.filter_map(|folder| Some((version(&folder)?, folder))).max();
    match newest {
        Some((version, folder)) if version >= OLDEST => Ok(folder),
        Some((version, _)) => bail!("PostgreSQL {version} is installed, and {OLDEST} or later is needed"),
        None => bail!(
            "no PostgreSQL server is installed: install {OLDEST} or later (Debian's package `postgresql`), \
             or put the address of a superuser into {ADDRESS}"
        ),
    }
}

fn version(folder: &Path) -> Option<u32> {
    let said = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    let said = String::from_utf8(said.stdout).ok()?;
    said.split_whitespace().nth(2)?.split('.').next()?.parse().ok()
}

/// Debian's package, where this is Debian and we may.
fn install() -> Result<()> {
    let apt = Path::new("/usr/bin/apt-get");
    if !apt.is_file() || user()?.is_none() {
        return programs().map(drop);
    }
    println!("   installing Debian's package `postgresql`");
    let get = |what: &[&str]| {
        let mut command = Command::new(apt);
        command.args(["--quiet", "--quiet"]).args(what).env("DEBIAN_FRONTEND", "noninteractive");
        run(&mut command)
    };
    get(&["update"])?;
    get(&["install", "--yes", "--no-install-recommends", "postgresql"])
}

/// Whom the server runs as where we are root, which it refuses: `postgres`, or else nobody.
fn user() -> Result<Option<(u32, u32)>> {
    let own = fs::metadata("/proc/self").map(|own| std::os::unix::fs::MetadataExt::uid(&own)).unwrap_or(1);
    if own != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").context("reading /etc/passwd")?;
    let of = |name: &str| {
        let mut fields =
            users.lines().map(|line| line.split(':')).find(|fields| fields.clone().next() == Some(name))?;
        let uid = fields.nth(2)?.parse().ok()?;
        Some((uid, fields.next()?.parse().ok()?))
    };
    of("postgres").or_else(|| of("nobody")).map(Some).context("no user that PostgreSQL could run as")
}

fn as_user(command: &mut Command, user: Option<(u32, u32)>) -> &mut Command {
    match user {
        Some((uid, gid)) => command.uid(uid).gid(gid),
        None => command,
    }
}

fn password() -> Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
