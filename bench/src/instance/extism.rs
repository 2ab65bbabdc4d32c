//! Extism, in a process of its own, since it brings another wasmtime. It is told how many turns to take, and answers with
//! the nanoseconds of one.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};

use crate::place;

pub(super) struct Extism {
    process: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

impl Extism {
    pub(super) fn start() -> Result<Self> {
        let mut process = Command::new(place::extism()?).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let ask = process.stdin.take().context("its input")?;
        let answer = BufReader::new(process.stdout.take().context("its output")?);
        Ok(Self { process, ask, answer })
    }

    /// Seconds of one new plugin and call.
    pub(super) fn turns(&mut self, turns: u32) -> Result<f64> {
        writeln!(self.ask, "{turns}")?;
        let mut line = String::new();
        self.answer.read_line(&mut line)?;
        let nanoseconds: f64 = line.trim().parse().context("Extism's answer")?;
        Ok(nanoseconds / 1e9)
    }
}

impl Drop for Extism {
    fn drop(&mut self) {
        // It has nothing to finish.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
