//! The upstream, started for the benchmark and ended with it.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

use super::{PORT, Peers};

pub(super) struct Mock {
    process: String,
}

impl Mock {
    /// Start it; it has built its answers when this returns.
    pub(super) fn start(peers: &Peers) -> Result<Self> {
        let status = peers.script("bash", "start-mock.sh").arg(PORT).stdout(Stdio::null()).status()?;
        ensure!(status.success(), "the upstream does not start");
        let process = fs::read_to_string(peers.work.join(format!("logs/mock-{PORT}.pid")))?.trim().to_owned();
        Ok(Self { process })
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        // If it has ended already, so much the better.
        drop(Command::new("kill").arg(&self.process).status());
    }
}
