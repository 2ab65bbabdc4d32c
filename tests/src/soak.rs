//! Random guests through the whole path of the host: package, signature, screen, compiler, instance, calls, lowering.
//!
//! Every guest follows from one number, its seed: the same seed is the same bytes. Whatever a guest does, these must hold,
//! or the guest and its seed are kept for a second look:
//!
//! - the host does not panic, and ends every step by itself, within the guest's budget;
//! - what was changed after it was signed is never compiled;
//! - every ending is a named refusal or fault of the guest's, never the host's own;
//! - the host still serves an honest guest, and its memory does not grow.
//!
//! Modules: [`Smith`] makes guests; [`Gauntlet`] runs one; [`Tally`] counts how far they came, since a run in which none
//! came far proves nothing.

mod gauntlet;
mod smith;
mod tally;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

pub use gauntlet::{Ending, Gauntlet, Stage};
pub use smith::{Family, Guest, Smith, build};
pub use tally::Tally;

/// The seed of the run in the tests. Any other is as good.
pub const SEED: u64 = 20_260_301;
/// Guests between two looks at whether the host still serves an honest one.
const LOOK: u64 = 50;
/// What the process may grow by in a run once it is warm, in bytes.
const GROWTH: u64 = 256 * 1024 * 1024;
/// Guests after which the process is warm.
const WARM: u64 = 200;
/// Guests that run at a time, each on an engine of its own.
const LANES: usize = 2;

/// What to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The generator.
    pub smith: PathBuf,
    /// The program that compiles, and its arguments.
    pub compiler: (PathBuf, Vec<String>),
    /// The seed of the first guest; each has the one after.
    pub seed: u64,
    /// How many.
    pub guests: u64,
    /// When to stop, if there are guests left.
    pub within: Duration,
    /// Where a guest that broke the host is kept.
    pub keep: PathBuf,
}

/// Run it.
///
/// # Errors
/// When a guest broke a property; it says the seed and where the guest lies.
pub async fn run(plan: &Plan) -> Result<Tally> {
    let (smith, honest) = Smith::start(&plan.smith, plan.seed, plan.guests).await?;
    let smith = Arc::new(Mutex::new(smith));
    let until = Instant::now() + plan.within;
    let mut lanes = JoinSet::new();
    for _ in 0..LANES {
        let gauntlet = Gauntlet::new(&plan.compiler.0, &plan.compiler.1, &honest)?;
        lanes.spawn(lane(plan.clone(), Arc::clone(&smith), Arc::new(gauntlet), until));
    }
    let mut tally = Tally::default();
    while let Some(lane) = lanes.join_next().await {
        tally.add(lane.context("a lane of the run broke")??);
    }
    Ok(tally)
}

async fn lane(plan: Plan, smith: Arc<Mutex<Smith>>, gauntlet: Arc<Gauntlet>, until: Instant) -> Result<Tally> {
    let (mut tally, mut warm) = (Tally::default(), None);
    while Instant::now() < until {
        let Some(guest) = smith.lock().await.next().await? else { break };
        // Written before it runs, since a host that crashes can say nothing afterwards.
        let path = plan.keep.join(format!("guest-{}.wasm", guest.seed));
        fs::write(&path, &guest.component).with_context(|| format!("keeping {}", path.display()))?;
        let ending = check(&gauntlet, &guest).await;
        let ending =
            ending.with_context(|| format!("guest {} ({:?}), kept at {}", guest.seed, guest.family, path.display()))?;
        tally.count(guest.family, &ending);
        fs::remove_file(&path)?;
        if tally.guests() % LOOK == 0 {
            gauntlet.serve_honest().await.with_context(|| format!("after guest {}", guest.seed))?;
        }
        if tally.guests() >= WARM {
            let now = resident().unwrap_or(0);
            let grown = now.saturating_sub(*warm.get_or_insert(now));
            if grown > GROWTH {
                bail!("after guest {} the process has {grown} bytes more than when it was warm", guest.seed);
            }
        }
    }
    gauntlet.serve_honest().await.context("after the last guest")?;
    Ok(tally)
}

async fn check(gauntlet: &Arc<Gauntlet>, guest: &Guest) -> Result<Ending> {
    let (inside, moved) = (Arc::clone(gauntlet), guest.clone());
    match tokio::spawn(async move { inside.run(&moved).await }).await {
        Ok(ending) => ending,
        Err(panic) => bail!("the host panicked: {panic}"),
    }
}

/// Memory of this process that is resident, in bytes; none where the system does not say.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// The folder in which guests that broke the host are kept, made if it is not there.
///
/// # Errors
/// When it cannot be made.
pub fn keep(folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    Ok(folder.to_owned())
}
