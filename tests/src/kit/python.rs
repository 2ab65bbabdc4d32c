//! Python with the packages of `tests/python/requirements.txt`, in a folder of the build's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::build::{built, root};
use super::host::Ran;

/// The script of `tests/python` of this name, with these arguments.
///
/// # Errors
/// Why there is no Python with these packages on this machine: a reason to skip, by name.
pub fn python(script: &str, arguments: &[&str]) -> Result<Ran, String> {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let python = PYTHON.get_or_init(prepare).clone()?;
    let script = root().join("tests/python").join(script);
    let output = Command::new(python).arg(script).args(arguments).output();
    output.map(|output| Ran::of(&output)).map_err(|error| error.to_string())
}

/// Made once for a text of requirements, and kept beside what else is built.
fn prepare() -> Result<PathBuf, String> {
    let requirements = root().join("tests/python/requirements.txt");
    let text = fs::read_to_string(&requirements).map_err(|error| error.to_string())?;
    let folder = built().plugins.with_file_name("python");
    let (python, marker) = (folder.join("bin/python"), folder.join("requirements.txt"));
    if fs::read_to_string(&marker).is_ok_and(|made| made == text) {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"];
    run(Command::new(&python).args(pip).args(["--only-binary", ":all:", "--requirement"]).arg(&requirements))?;
    mark(&marker, &text)?;
    Ok(python)
}

fn mark(marker: &Path, text: &str) -> Result<(), String> {
    fs::write(marker, text).map_err(|error| error.to_string())
}

fn run(command: &mut Command) -> Result<(), String> {
    let output =
        command.output().map_err(|error| format!("{} does not start: {error}", command.get_program().display()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said.lines().last().unwrap_or("it says nothing").to_owned())
}
