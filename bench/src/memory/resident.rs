//! Resident memory of a process, as Linux tells it.

use std::fs;

use anyhow::{Context, Result};

/// What is kept free behind each linear memory of the pool is at least as large as this, in bytes; what is kept free
/// around stacks is a page.
const RESERVED: u64 = 64 * 1024 * 1024;

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

/// The resident bytes of linear memories. Each is a stretch of mappings that touch each other (a copy of the component's
/// data, plain memory behind it), and behind it lies address space that is only reserved.
fn linear(smaps: &str) -> f64 {
    let (mut all, mut stretch, mut end, mut is_reserved) = (0.0, 0.0, 0, false);
    for line in smaps.lines() {
        if let Some((from, to, permissions)) = mapping(line) {
            is_reserved = permissions.starts_with("---");
            if is_reserved && from == end && to - from >= RESERVED {
                all += stretch;
            }
            if is_reserved || from != end {
                stretch = 0.0;
            }
            end = to;
        } else if let Some(size) = line.strip_prefix("Rss:").filter(|_| !is_reserved) {
            stretch += kibibytes(size);
        }
    }
    all
}

/// A line such as `7f00-7f10 rw-p …`, as addresses and permissions.
fn mapping(line: &str) -> Option<(u64, u64, &str)> {
    let (range, rest) = line.split_once(' ')?;
    let (from, to) = range.split_once('-')?;
    Some((u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?, rest))
}

fn kibibytes(text: &str) -> f64 {
    text.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap_or(f64::NAN) * 1024.0
}
