//! Resident memory of a process, as Linux tells it.

use std::fs;

use anyhow::{Context, Result};

/// Where the pool's linear memories lie: one mapping of at least this size, most of it address space alone.
const POOL: u64 = 64 * 1024 * 1024 * 1024;

/// Resident bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resident {
    /// Of the process.
    pub(super) all: f64,
    /// Of linear memories among them.
    pub(super) linear: f64,
}

impl Resident {
    /// Of the process of this number, or of `self`.
    pub(super) fn of(process: &str) -> Result<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        let all = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let smaps = fs::read_to_string(format!("/proc/{process}/smaps"))?;
        Ok(Self { all: kibibytes(all), linear: linear(&smaps) })
    }
}

/// The resident bytes of the pool's memories. A linear memory begins as a mapping of the component's data, and goes on as
/// plain memory; both lie in one run of mappings that touch each other and are as large as the pool alone is.
fn linear(smaps: &str) -> f64 {
    let mut runs: Vec<Run> = Vec::new();
    for line in smaps.lines() {
        let first = line.split(' ').next().unwrap_or_default();
        let range =
            first.split_once('-').map(|(from, to)| (u64::from_str_radix(from, 16), u64::from_str_radix(to, 16)));
        if let Some((Ok(from), Ok(to))) = range {
            match runs.last_mut().filter(|run| run.to == from) {
                Some(run) => run.to = to,
                None => runs.push(Run { from, to, resident: 0.0 }),
            }
        } else if let (Some(size), Some(run)) = (line.strip_prefix("Rss:"), runs.last_mut()) {
            run.resident += kibibytes(size);
        }
    }
    runs.iter().filter(|run| run.to - run.from >= POOL).map(|run| run.resident).sum()
}

/// Mappings that touch each other.
struct Run {
    from: u64,
    to: u64,
    resident: f64,
}

fn kibibytes(text: &str) -> f64 {
    text.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap_or(f64::NAN) * 1024.0
}
