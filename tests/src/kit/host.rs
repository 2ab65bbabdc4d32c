//! One host: its folder, and the command in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::build::built;

/// A host that is set up in a folder of its own, which goes with this value.
#[derive(Debug)]
pub struct Host {
    folder: TempDir,
    /// The database that it shares with others, where it does.
    database: Option<String>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code.
    pub code: i32,
    /// What it answered.
    pub out: String,
    /// What it complained of.
    pub err: String,
}

impl Ran {
    /// Of a process that has ended.
    #[must_use]
    pub fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// It did what it was asked.
    #[track_caller]
    #[must_use]
    pub fn good(self) -> Self {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        self
    }

    /// It refused with this code, in words that hold all of these.
    #[track_caller]
    #[must_use]
    pub fn refused(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        for word in words {
            assert!(self.err.contains(word), "`{word}` is not in: {}", self.err);
        }
        self
    }

    /// Its answer as JSON.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

impl Host {
    /// A host that trusts nobody.
    #[track_caller]
    #[must_use]
    pub fn bare() -> Self {
        Self::within(TempDir::new().expect("a folder"))
    }

    fn within(folder: TempDir) -> Self {
        Self::on(folder, None).initialised()
    }

    /// A host that is not set up yet.
    pub(super) fn on(folder: TempDir, database: Option<String>) -> Self {
        Self { folder, database }
    }

    pub(super) fn initialised(self) -> Self {
        let folder = self.folder().display().to_string();
        let _ = self.run(&["init", &folder]).good();
        self
    }

    /// A host that trusts the key of the tests for the plugins of the tests.
    #[track_caller]
    #[must_use]
    pub fn new() -> Self {
        Self::bare().trusting()
    }

    /// The same, for a `static` that others are copied from. Nothing of those is dropped when the process ends, so what
    /// earlier processes left behind goes here.
    #[track_caller]
    #[must_use]
    pub fn template() -> Self {
        let folder = built().plugins.with_file_name("hosts");
        fs::create_dir_all(&folder).expect("a folder");
        for left in fs::read_dir(&folder).expect("a folder").filter_map(|entry| Some(entry.ok()?.path())) {
            let pid = left.file_name().and_then(|name| name.to_str()?.split_once('-')).map(|(pid, _)| pid);
            let lives = Command::new("kill").args(["-0", pid.unwrap_or("0")]).stderr(Stdio::null()).status();
            if lives.is_ok_and(|status| !status.success()) {
                // Another process may have been quicker.
                drop(fs::remove_dir_all(left));
            }
        }
        let prefix = format!("{}-", std::process::id());
        Self::within(TempDir::with_prefix_in(prefix, folder).expect("a folder")).trusting()
    }

    /// This host as it is now, for a `static` that others are copied from.
    #[track_caller]
    #[must_use]
    pub fn kept(&self) -> Self {
        let template = Self::template();
        fs::remove_dir_all(template.folder().join("data")).expect("an empty host");
        self.copy_to(template)
    }

    fn copy_to(&self, copy: Self) -> Self {
        let from = format!("{}/.", self.folder().display());
        let done = Command::new("cp").arg("-a").arg(from).arg(copy.folder()).status();
        assert!(done.is_ok_and(|status| status.success()), "the host is copied");
        copy
    }

    pub(super) fn trusting(self) -> Self {
        let host = self;
        let key = built().plugins.join("key.pub.pem").display().to_string();
        let _ = host.run(&["plugin", "trust", "add", &key, "--for", "weighbridge/*", "--for", "tests/*"]).good();
        host
    }

    /// A second host that is what this one is now. None of its processes may be running.
    #[track_caller]
    #[must_use]
    pub fn copy(&self) -> Self {
        self.copy_to(Self::on(TempDir::new().expect("a folder"), None))
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its configuration file.
    #[must_use]
    pub fn configuration(&self) -> PathBuf {
        self.folder().join("weighbridge.toml")
    }

    /// Write its configuration anew.
    pub fn configure(&self, text: &str) {
        fs::write(self.configuration(), text).expect("the configuration is written");
    }

    /// Send the requests for api.github.com to this address.
    pub fn route_github(&self, to: &str) {
        self.configure(&format!(
            "[listen]\naddress = \"127.0.0.1:0\"\n\n[egress]\nroutes = [{{ host = \"api.github.com\", to = \"{to}\" }}]\n"
        ));
    }

    /// The command, in this host.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&built().weighbridge);
        command.args(arguments).env("WEIGHBRIDGE_CONFIG", self.configuration()).env("NO_COLOR", "1");
        command.envs(self.database.iter().map(|address| ("WEIGHBRIDGE__STORAGE__DATABASE", address)));
        command
    }

    /// Run the command to its end.
    #[track_caller]
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().expect("the command starts"))
    }

    /// Install one of the connectors of this repository.
    #[track_caller]
    pub fn install_connector(&self, name: &str) {
        let package = built().plugins.join(name).with_extension("wasm").display().to_string();
        let _ = self.run(&["plugin", "install", "--grant", &package]).good();
    }

    /// The figure of a metric over a window, as the command line tells it; none where it is unknown.
    #[track_caller]
    #[must_use]
    pub fn figure(&self, metric: &str, from: &str, to: &str) -> Option<f64> {
        let answer = self.run(&["metrics", metric, "--from", from, "--to", to, "--json"]).good().json();
        answer[0]["series"][0]["points"][0]["value"].as_f64()
    }
}

impl Default for Host {
    fn default() -> Self {
        Self::new()
    }
}
