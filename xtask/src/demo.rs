//! The main job, end to end: a host, two signed connectors, real data, metrics.

mod brought;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::cargo::{root, shown, target};
use crate::{plugins, tied};

#[derive(Default, clap::Args)]
pub(crate) struct Arguments {
    /// The repository that the `git` connector reads; this one by default
    #[arg(long, value_name = "PATH")]
    repo: Option<PathBuf>,
    /// Print the metrics and exit
    #[arg(long)]
    once: bool,
    /// The port of the API
    #[arg(long, default_value_t = 8417)]
    port: u16,
}

/// The organisation that the upstream simulator generates.
const OWNER: &str = "acme";
/// The token that the upstream simulator accepts: it opens nothing else.
const UPSTREAM_TOKEN: &str = "demo-token-of-the-simulator";

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let address = SocketAddr::from(([127, 0, 0, 1], arguments.port));
    // Kept until the host takes it, so that a second demo does not begin where this one is.
    let port = match arguments.once {
        true => None,
        false => Some(
            TcpListener::bind(address).with_context(|| format!("{address} is in use: give another with `--port`"))?,
        ),
    };
    let repository = match &arguments.repo {
        Some(path) => fs::canonicalize(path).with_context(|| format!("there is no directory {}", path.display()))?,
        None => root().to_owned(),
    };
    println!("building the host and the connectors (minutes the first time, seconds after)");
    let built = plugins::build()?;
    let upstream = Upstream::start()?;
    let host = Host::new(address, arguments.once)?;
    host.set_up(&built, &upstream, &repository)?;
    brought::check_sync(&host.answer(&["sync", "--json"])?)?;
    brought::check_metrics(&host.answer(&["metrics", "--json"])?)?;
    host.weighbridge(&["metrics"])?;
    match port {
        None => Ok(()),
        Some(port) => host.serve(port),
    }
}

/// The demo as a test: everything but the serving, with this repository.
pub(crate) fn once() -> Result<()> {
    run(&Arguments { once: true, ..Arguments::default() })
}

/// The simulator of GitHub, ended with this value.
struct Upstream {
    process: Child,
    address: String,
}

impl Upstream {
    fn start() -> Result<Self> {
        let mut process = tied::command(&target()?.join("debug/upstream"))?
            .args(["--port", "0", "--token", UPSTREAM_TOKEN])
            .stdout(Stdio::piped())
            .spawn()
            .context("starting the upstream simulator")?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("its output")?).read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on ").context("the simulator did not start")?.to_owned();
        Ok(Self { process, address })
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        // It has nothing to finish.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A host in a directory of its own, made anew each time.
struct Host {
    directory: PathBuf,
    address: SocketAddr,
    passing: bool,
}

impl Drop for Host {
    fn drop(&mut self) {
        if self.passing {
            // What stays is in the target folder, and in nobody's way.
            drop(fs::remove_dir_all(&self.directory));
        }
    }
}

impl Host {
    /// Below the target folder: by its port, which no other demo has; or for this process alone, and gone with it.
    fn new(address: SocketAddr, passing: bool) -> Result<Self> {
        let name = if passing { format!("once-{}", std::process::id()) } else { address.port().to_string() };
        let directory = target()?.join(format!("demo-{name}"));
        if directory.exists() {
            fs::remove_dir_all(&directory)?;
        }
        Ok(Self { directory, address, passing })
    }

    fn set_up(&self, built: &plugins::Plugins, upstream: &Upstream, repository: &Path) -> Result<()> {
        let directory = self.directory.display().to_string();
        self.weighbridge(&["init", &directory])?;
        self.configure(upstream)?;
        let key = built.public_key.display().to_string();
        self.weighbridge(&["plugin", "trust", "add", &key, "--for", "weighbridge/*"])?;
        for package in &built.packages {
            self.weighbridge(&["plugin", "install", "--grant", &package.display().to_string()])?;
        }
        let files = repository.display().to_string();
        self.weighbridge(&["connect", "weighbridge/git", "--files", &files])?;
        let secret = self.directory.join("upstream-token");
        fs::write(&secret, UPSTREAM_TOKEN)?;
        let (owner, credential) = (format!("owner={OWNER}"), format!("token={}", secret.display()));
        self.weighbridge(&["connect", "weighbridge/github", "--set", &owner, "--credential", &credential])
    }

    /// The only settings that differ from a real installation: where the API listens, and that GitHub is the simulator.
    fn configure(&self, upstream: &Upstream) -> Result<()> {
        let text = format!(
            "[listen]\naddress = \"{}\"\n\n[egress]\nroutes = [{{ host = \"api.github.com\", to = \"{}\" }}]\n",
            self.address, upstream.address
        );
        fs::write(self.configuration(), text).context("writing the demo's configuration")
    }

    fn configuration(&self) -> PathBuf {
        self.directory.join("weighbridge.toml")
    }

    fn command(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = Command::new(target()?.join("debug/weighbridge"));
        command.args(arguments).env("WEIGHBRIDGE_CONFIG", self.configuration());
        Ok(command)
    }

    fn weighbridge(&self, arguments: &[&str]) -> Result<()> {
        println!("\n$ weighbridge {}", arguments.join(" "));
        crate::cargo::run(&mut self.command(arguments)?)
    }

    /// Run a command whose answer is JSON.
    fn answer(&self, arguments: &[&str]) -> Result<Value> {
        println!("\n$ weighbridge {}", arguments.join(" "));
        let mut command = self.command(arguments)?;
        let output = command.stderr(Stdio::inherit()).output().context("starting the host's command")?;
        if !output.status.success() {
            bail!("{} failed: {}", shown(&command), output.status);
        }
        serde_json::from_slice(&output.stdout).with_context(|| format!("reading the answer of {}", shown(&command)))
    }

    /// Serve until interrupted: the host ends with this process, in order.
    fn serve(&self, port: TcpListener) -> Result<()> {
        let token = self.token()?;
        let mut command = tied::command(&target()?.join("debug/weighbridge"))?;
        command.arg("serve").env("WEIGHBRIDGE_CONFIG", self.configuration()).stdin(Stdio::null());
        drop(port);
        let mut process = command.spawn().context("starting the host")?;
        self.wait_until_ready(&mut process)?;
        println!("\nThe API is at http://{}, its description at http://{0}/openapi.json", self.address);
        println!("A token for it: {token}\nTry:\n");
        println!("  curl -H 'authorization: Bearer {token}' \\");
        println!("    'http://{}/v1/metrics/cycle-time?interval=month&group_by=team'\n", self.address);
        println!("Ctrl-C ends the demo.");
        let status = process.wait()?;
        if !status.success() {
            bail!("{} failed: {status}", shown(&command));
        }
        Ok(())
    }

    fn token(&self) -> Result<String> {
        Ok(self.answer(&["token", "new", "demo", "--json"])?["token"].as_str().context("the new token")?.to_owned())
    }

    fn wait_until_ready(&self, process: &mut Child) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            if let Some(status) = process.try_wait()? {
                bail!("the host ended before it was ready: {status}");
            }
            if self.is_ready() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        bail!("the host was not ready within 30 s")
    }

    fn is_ready(&self) -> bool {
        let ask = || -> std::io::Result<String> {
            let mut stream = TcpStream::connect_timeout(&self.address, Duration::from_secs(1))?;
            stream.set_read_timeout(Some(Duration::from_secs(1)))?;
            stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        };
        ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }
}
