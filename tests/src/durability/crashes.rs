//! `kill -9`, at any moment of a host's life.
//!
//! A round begins with a copy of a data directory and starts one process after another on it, `sync` or `serve`, each of
//! which is killed: after a random time, or within its so-manieth write. After each kill the files are looked at as they
//! were left. A round ends when a process was quicker than its killer, or after a few kills; then a last sync is left in
//! peace, and the host must hold what an undisturbed one does.

use std::fmt;
use std::fs::File;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::field::{Beginning, Field, Start};
use super::lanes::rounds;
use crate::kit::{Failing, Faulty, Host};
use crate::upstream::Random;

/// Kills of one host, before it is left in peace.
const MOST: usize = 8;
/// How long a sync may take to come to a write at which it dies, or to its end.
const PATIENCE: Duration = Duration::from_secs(30);

/// When a process is killed.
#[derive(Debug, Clone, Copy)]
enum Moment {
    After(Duration),
    Within(u64),
}

/// How often processes were killed, and what that hit.
#[derive(Debug, Default)]
pub struct Killed {
    after_a_time: AtomicU64,
    within_a_write: AtomicU64,
    of_serve: AtomicU64,
    of_older_files: AtomicU64,
    hosts: AtomicU64,
}

impl Killed {
    /// How often in all.
    #[must_use]
    pub fn kills(&self) -> u64 {
        self.after_a_time.load(Ordering::Relaxed) + self.within_a_write.load(Ordering::Relaxed)
    }
}

impl fmt::Display for Killed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { after_a_time, within_a_write, of_serve, of_older_files, hosts } = self;
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        write!(
            f,
            "{} kills of {} hosts: {} after a time, {} within a write; {} of `serve`, {} on files of an older version",
            self.kills(),
            of(hosts),
            of(after_a_time),
            of(within_a_write),
            of(of_serve),
            of(of_older_files),
        )
    }
}

/// Kill at least so often.
///
/// # Errors
/// The first host that lost something, has something twice, or has a damaged file, with the seed of its round.
pub fn crashes(field: &Field, kills: u64, seed: u64) -> Result<Killed> {
    let killed = Killed::default();
    rounds(seed, |_, random| {
        let start = random.pick(&field.starts);
        let mut story = Vec::new();
        round(start, random, &killed, &mut story)
            .with_context(|| format!("{:?}, {}", start.beginning, story.join(", then ")))?;
        Ok(killed.kills() < kills)
    })?;
    Ok(killed)
}

fn round(start: &Start, random: &mut Random, killed: &Killed, story: &mut Vec<String>) -> Result<()> {
    let host = start.host();
    for number in 0..MOST {
        let serves = random.chance(0.3);
        let moment = moment(start, serves, number == 0, random);
        story.push(format!("{} killed {moment:?}", if serves { "serve" } else { "sync" }));
        let was_killed = kill(&host, start, serves, moment)?;
        host.is_sound().context("after the kill")?;
        if !was_killed {
            break;
        }
        match moment {
            Moment::After(_) => killed.after_a_time.fetch_add(1, Ordering::Relaxed),
            Moment::Within(_) => killed.within_a_write.fetch_add(1, Ordering::Relaxed),
        };
        killed.of_serve.fetch_add(serves.into(), Ordering::Relaxed);
        let is_older = start.beginning == Beginning::Older && number == 0;
        killed.of_older_files.fetch_add(is_older.into(), Ordering::Relaxed);
    }
    killed.hosts.fetch_add(1, Ordering::Relaxed);
    start.mend(&host)
}

/// A moment of a host's life. Files are brought up to date in the first one alone, within its first writes.
fn moment(start: &Start, serves: bool, is_first: bool, random: &mut Random) -> Moment {
    let migrates = is_first && start.beginning == Beginning::Older;
    if random.chance(if migrates { 0.8 } else { 0.5 }) {
        let writes = if migrates { start.opening } else { start.writes };
        return Moment::Within(1 + random.next() % writes.max(1));
    }
    // A server lives on when all is done.
    let life = start.life.mul_f64(if serves { 1.3 } else { 1.0 });
    Moment::After(life.mul_f64(random.unit()))
}

/// Start a process and kill it; whether it had not ended by itself.
fn kill(host: &Host, start: &Start, serves: bool, moment: Moment) -> Result<bool> {
    let mut command = host.command(&[if serves { "serve" } else { "sync" }]);
    let log = File::create(host.folder().join("killed.log"))?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    if let Moment::Within(at) = moment {
        Faulty { failing: Failing::Kill, at: Some(at), lasting: true }.under(host, &mut command);
    }
    let mut process = command.spawn()?;
    let ended = match moment {
        Moment::After(time) => {
            std::thread::sleep(time);
            None
        }
        Moment::Within(_) => wait(&mut process, if serves { start.life * 2 } else { PATIENCE })?,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            process.kill()?;
            process.wait()?
        }
    };
    match ended.code() {
        None => Ok(true),
        Some(0) => Ok(false),
        Some(code) => {
            let log = std::fs::read_to_string(host.folder().join("killed.log")).unwrap_or_default();
            bail!("it ended by itself with {code}: {log}")
        }
    }
}

/// Wait for the end of a process, for so long.
fn wait(process: &mut Child, patience: Duration) -> Result<Option<ExitStatus>> {
    let clock = Instant::now();
    while clock.elapsed() < patience {
        if let Some(ended) = process.try_wait()? {
            return Ok(Some(ended));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(None)
}
