//! Processes that end with this one, however it ends.
//!
//! A destructor does not run when this process is killed. So a child is started through this tool itself, which asks the
//! kernel for a signal at its parent's death and then becomes the program: the request stays with the process. It gets a
//! process group of its own, so that Ctrl-C reaches it once, as the end of its parent. On systems other than Linux there
//! is no such request; there the child hears Ctrl-C from the terminal, and a destructor does the rest.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The hidden command that [`command`] starts, and [`become_program`] runs.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The parent's process number
    parent: u32,
    /// The program and its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    line: Vec<OsString>,
}

/// This tool as it runs: its file may have been built anew since it started, and then has no path any more.
#[cfg(target_os = "linux")]
const THIS_TOOL: &str = "/proc/self/exe";

/// A command that ends with this process.
#[cfg(target_os = "linux")]
pub(crate) fn command(program: &Path) -> Result<Command> {
    use std::os::unix::process::CommandExt as _;
    let mut command = Command::new(THIS_TOOL);
    command.arg("tied").arg(std::process::id().to_string()).arg("--").arg(program).process_group(0);
    Ok(command)
}

/// A command that ends with this process, where the terminal says so.
#[cfg(not(target_os = "linux"))]
pub(crate) fn command(program: &Path) -> Result<Command> {
    Ok(Command::new(program))
}

/// Ask to be ended with the parent, and become the program.
pub(crate) fn become_program(arguments: &Arguments) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM))
        .context("asking to end with the parent")?;
    // One that died before it was asked about tells nothing any more.
    if std::os::unix::process::parent_id() != arguments.parent {
        bail!("the parent has ended");
    }
    let (program, rest) = arguments.line.split_first().context("a program")?;
    let error = Command::new(program).args(rest).exec();
    Err(error).with_context(|| format!("starting {}", Path::new(program).display()))
}
