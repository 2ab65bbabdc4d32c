//! Running `cargo` and what it built.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies below the root")
}

/// Where cargo builds to, as cargo itself says.
pub(crate) fn target() -> Result<PathBuf> {
    Ok(PathBuf::from(metadata()?.target_directory))
}

/// The part of `cargo metadata` that is used here.
#[derive(serde::Deserialize)]
pub(crate) struct Metadata {
    pub(crate) target_directory: String,
    pub(crate) packages: Vec<Package>,
}

#[derive(serde::Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

#[derive(serde::Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: Option<String>,
    pub(crate) path: Option<PathBuf>,
}

pub(crate) fn metadata() -> Result<Metadata> {
    let output =
        cargo().args(["metadata", "--no-deps", "--format-version=1"]).output().context("running cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    serde_json::from_slice(&output.stdout).context("reading cargo metadata")
}

/// `cargo`, in the root.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Run to the end; a failure names the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("starting {}", shown(command)))?;
    if !status.success() {
        bail!("{} failed: {status}", shown(command));
    }
    Ok(())
}

/// The command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let mut line = program.to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

/// Build one of our binaries and say where it lies. All packages are selected, so that features, and with them the
/// build of wasmtime, are the same as in the tests.
pub(crate) fn binary(name: &str) -> Result<PathBuf> {
    run(cargo().args(["build", "--quiet", "--workspace", "--bins"]))?;
    Ok(target()?.join("debug").join(name))
}
