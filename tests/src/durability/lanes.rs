//! Rounds, a few at a time, each with a seed of its own.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result};

use crate::upstream::Random;

/// Most of a round is waiting for leases and processes: there are more lanes than a small machine has processors.
const LANES: usize = 4;

/// Run rounds until one says that there are no more, or one breaks. The first has this seed, and each the one after.
pub(super) fn rounds(seed: u64, round: impl Fn(u64, &mut Random) -> Result<bool> + Sync) -> Result<()> {
    let (next, ended, broken) = (AtomicU64::new(seed), AtomicBool::new(false), Mutex::new(None));
    let lane = || {
        while !ended.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            let told = Told(seed);
            let more = round(seed, &mut Random::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            std::mem::forget(told);
            match more {
                Ok(true) => {}
                Ok(false) => ended.store(true, Ordering::Relaxed),
                Err(error) => {
                    ended.store(true, Ordering::Relaxed);
                    let error = error.context(format!("round {seed}"));
                    *broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(lane);
        }
    });
    broken.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err).context("a round broke")
}

/// Tells the seed where a round panics.
struct Told(u64);

impl Drop for Told {
    fn drop(&mut self) {
        eprintln!("round {} panicked", self.0);
    }
}
