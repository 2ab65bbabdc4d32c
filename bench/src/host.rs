//! A host in a folder of its own, driven by the command that users have.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::package::Publisher;
use crate::place;

/// The folder goes with this value.
pub(crate) struct Host {
    folder: TempDir,
}

impl Host {
    /// A host that was just made, with one workspace.
    pub(crate) fn new() -> Result<Self> {
        let host = Self { folder: tempfile::tempdir()? };
        let folder = host.folder().display().to_string();
        host.run(&["init", &folder])?;
        Ok(host)
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Write its configuration anew.
    pub(crate) fn configure(&self, text: &str) -> Result<()> {
        Ok(fs::write(self.folder().join("weighbridge.toml"), text)?)
    }

    /// Trust a publisher for some plugins.
    pub(crate) fn trust(&self, publisher: &Publisher, plugins: &str) -> Result<()> {
        let key = self.folder().join("publisher.pub.pem");
        fs::write(&key, publisher.public_pem())?;
        self.run(&["plugin", "trust", "add", &key.display().to_string(), "--for", plugins])
    }

    /// Install a package with its envelope, granting all.
    pub(crate) fn install(&self, (package, envelope): &(Vec<u8>, String), name: &str) -> Result<()> {
        let path = self.folder().join(name).with_extension("wasm");
        fs::write(&path, package)?;
        fs::write(path.with_extension("wasm.dsse"), envelope)?;
        self.run(&["plugin", "install", "--grant", &path.display().to_string()])
    }

    /// The command, in this host.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let program = place::weighbridge().unwrap_or_else(|_| "weighbridge".into());
        let mut command = Command::new(program);
        command.args(arguments).env("WEIGHBRIDGE_CONFIG", self.folder().join("weighbridge.toml")).env("NO_COLOR", "1");
        command
    }

    /// Run the command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<()> {
        let output = self.command(arguments).output().context("starting weighbridge")?;
        if !output.status.success() {
            bail!("weighbridge {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }
}
