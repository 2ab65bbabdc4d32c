//! The so-manieth write of a sync fails: there is no room, the disk fails, syncing fails; once, or from then on.
//!
//! The host does what it was asked, or ends with an error that names what happened. Either way its files are whole, and
//! the next sync ends with what an undisturbed host holds.

use std::fmt;
use std::sync::Mutex;
use std::sync::PoisonError;

use anyhow::{Context as _, Result, ensure};

use super::field::{Field, Start};
use super::lanes::rounds;
use crate::kit::{Failing, Faulty};

/// Which of the writes are tried.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    /// Every one.
    All,
    /// About so many, as far apart as can be.
    About(u64),
}

/// The ways to fail.
const WAYS: [(Failing, bool); 6] = [
    (Failing::Full, false),
    (Failing::Full, true),
    (Failing::Io, false),
    (Failing::Io, true),
    (Failing::Sync, false),
    (Failing::Sync, true),
];

/// What an operator reads where a disk fails: the words of the system, of the engine, or of both.
const NAMES: [&str; 6] = [
    "database or disk is full",
    "disk I/O error",
    "No space left on device",
    "Input/output error",
    "unable to open database file",
    "attempt to write a readonly database",
];

/// What came of it.
#[derive(Debug, Default, Clone)]
pub struct Failed {
    /// Writes that failed.
    pub writes: u64,
    /// Of those: the host ended with an error.
    pub told: u64,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { writes, told } = self;
        write!(f, "{writes} failing writes: {told} ended with an error that names it, {} did no harm", writes - told)
    }
}

/// One thing to try.
type Try<'a> = (&'a Start, Faulty);

/// Let writes fail.
///
/// # Errors
/// The first host that lost something, has something twice, has a damaged file, or did not say what happened.
pub fn writes(field: &Field, which: Which, seed: u64) -> Result<Failed> {
    let tries = tries(field, which, seed);
    let failed = Mutex::new(Failed::default());
    rounds(0, |number, _| {
        let Some((start, faulty)) = usize::try_from(number).ok().and_then(|number| tries.get(number)) else {
            return Ok(false);
        };
        let ended = one(start, *faulty).with_context(|| format!("{:?}, {faulty:?}", start.beginning))?;
        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.writes += u64::from(ended != Ended::Unmet);
        failed.told += u64::from(ended == Ended::Told);
        Ok(true)
    })?;
    Ok(failed.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// What there is to try. A sync does not write as often each time: those of it that are never come to are not counted.
fn tries(field: &Field, which: Which, seed: u64) -> Vec<Try<'_>> {
    let mut tries = Vec::new();
    for start in &field.starts {
        for (failing, lasting) in WAYS {
            // Syncs are few.
            let (last, share) = if failing == Failing::Sync { (start.syncs, 2) } else { (start.writes, 1) };
            let ways = u64::try_from(WAYS.len() * field.starts.len()).unwrap_or(u64::MAX);
            let step = match which {
                Which::All => 1,
                Which::About(about) => (last * ways * share / about.max(1)).max(1),
            };
            let first = 1 + seed % step;
            let every = (first..=last).step_by(usize::try_from(step).unwrap_or(usize::MAX));
            tries.extend(every.map(|at| (start, Faulty { failing, at: Some(at), lasting })));
        }
    }
    tries
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// It had no such write.
    Unmet,
    /// It did what it was asked.
    Well,
    /// It said what happened.
    Told,
}

fn one(start: &Start, faulty: Faulty) -> Result<Ended> {
    let host = start.host();
    let mut command = host.command(&["sync"]);
    faulty.under(&host, &mut command);
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let failed = host.noted().failed;
    let ended = match (&failed, output.status.code()) {
        (None, Some(0)) => Ended::Unmet,
        (Some(_), Some(0)) => Ended::Well,
        (failed, code) => {
            ensure!(code == Some(1) && failed.is_some(), "it ended with {:?}: {said}", output.status);
            ensure!(NAMES.iter().any(|name| said.contains(name)), "after {failed:?} it does not name it: {said}");
            Ended::Told
        }
    };
    // What failed once must not keep anything else from being written.
    ensure!(!said.contains("transaction depth"), "after {failed:?} the driver is out of step: {said}");
    host.is_sound().with_context(|| format!("after {failed:?}: {said}"))?;
    start.mend(&host).with_context(|| format!("after {failed:?}: {said}"))?;
    Ok(ended)
}
