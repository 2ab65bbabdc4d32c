//! The generator: a program of its own (`tests/smith`), whose answers are read as they are needed.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use crate::kit::root;

/// The largest guest that is read, in bytes.
const LARGEST: u32 = 64 * 1024 * 1024;

/// The sorts of guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// A connector that does nothing.
    Honest,
    /// A component of any world.
    Component,
    /// A connector that is random from end to end, its allocator included.
    Wild,
    /// Random code in the frame of a connector, which leads to it and carries its answer out.
    Grafted,
    /// The same with some bytes changed before it is signed.
    Mutated,
    /// The same with some bytes changed after it is signed.
    Tampered,
}

/// A guest.
#[derive(Debug, Clone)]
pub struct Guest {
    /// What it was made from.
    pub seed: u64,
    /// Its sort.
    pub family: Family,
    /// Its bytes.
    pub component: Vec<u8>,
}

/// The generator, as it runs. It ends with this value.
#[derive(Debug)]
pub struct Smith {
    _child: Child,
    answers: BufReader<ChildStdout>,
    next: u64,
    left: u64,
}

impl Smith {
    /// Start it: so many guests from this seed on, and the honest one.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(program: &Path, seed: u64, guests: u64) -> Result<(Self, Guest)> {
        let mut child = Command::new(program)
            .args([seed.to_string(), guests.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        let answers = BufReader::new(child.stdout.take().context("the generator's answers")?);
        let mut smith = Self { _child: child, answers, next: seed, left: guests };
        let honest = smith.read(seed).await?;
        Ok((smith, honest))
    }

    /// The next guest; none after the last.
    ///
    /// # Errors
    /// When the generator broke.
    pub async fn next(&mut self) -> Result<Option<Guest>> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        let seed = self.next;
        (self.left, self.next) = (left, seed.wrapping_add(1));
        self.read(seed).await.map(Some).with_context(|| format!("making guest {seed}"))
    }

    async fn read(&mut self, seed: u64) -> Result<Guest> {
        let family = match self.answers.read_u8().await? {
            0 => Family::Honest,
            1 => Family::Component,
            2 => Family::Wild,
            3 => Family::Grafted,
            4 => Family::Mutated,
            5 => Family::Tampered,
            other => bail!("the generator has a family {other}, which is not known here"),
        };
        let length = self.answers.read_u32_le().await?;
        if length > LARGEST {
            bail!("a guest of {length} bytes");
        }
        let mut component = vec![0; length as usize];
        self.answers.read_exact(&mut component).await?;
        Ok(Guest { seed, family, component })
    }
}

/// Build the generator, in a folder of its own below the target folder: where it lies.
///
/// # Errors
/// When it cannot be built.
pub fn build(target: &Path) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let into = target.join("smith");
    let status = std::process::Command::new(cargo)
        .args(["build", "--quiet", "--locked", "--manifest-path"])
        .arg(root().join("tests/smith/Cargo.toml"))
        .arg("--target-dir")
        .arg(&into)
        .status()
        .context("starting cargo")?;
    if !status.success() {
        bail!("the generator of random guests cannot be built: {status}");
    }
    Ok(into.join("debug/weighbridge-smith"))
}
