//! `weighbridge plugin build`: a connector's folder becomes a package: compiled for the sandbox, turned into a component,
//! with its manifest inside.

mod reproducible;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use domain::PluginId;
use sandbox::package::{Manifest, assemble};
use serde::Serialize;
use wit_component::ComponentEncoder;

use crate::command::CommandError;
use crate::output::Output;

const TARGET: &str = "wasm32-unknown-unknown";

#[derive(Serialize)]
struct Built {
    plugin: PluginId,
    version: String,
    file: PathBuf,
    bytes: usize,
}

pub(super) fn run(
    directory: &Path,
    out: Option<PathBuf>,
    profile: &str,
    reproducible: bool,
    module: Option<&Path>,
    output: Output,
) -> Result<(), CommandError> {
    let path = directory.join("plugin.toml");
    let text = fs::read_to_string(&path).map_err(CommandError::io("reading", &path))?;
    let manifest = Manifest::from_toml(&text)?;
    let module = match module {
        Some(path) => fs::read(path).map_err(CommandError::io("reading", path))?,
        None => compile(directory, profile, reproducible)?,
    };
    let package = assemble(&componentize(&module)?, &manifest)?;
    let file = out.unwrap_or_else(|| directory.join(manifest.id.name()).with_extension("wasm"));
    fs::write(&file, &package).map_err(CommandError::io("writing", &file))?;
    let built = Built { plugin: manifest.id, version: manifest.version.to_string(), file, bytes: package.len() };
    output.say(&built, || {
        let Built { plugin, version, file, bytes } = &built;
        format!(
            "built {plugin} {version}: `{}`, {} KiB; sign it with `weighbridge plugin sign`",
            file.display(),
            bytes / 1024
        )
    });
    Ok(())
}

/// Run cargo, and take the module that it names.
fn compile(directory: &Path, profile: &str, reproducible: bool) -> Result<Vec<u8>, CommandError> {
    let more = if reproducible { reproducible::arguments(directory)? } else { Vec::new() };
    let result = Command::new(cargo())
        .current_dir(directory)
        .args(["build", "--quiet", "--lib", "--profile", profile, "--target", TARGET])
        .arg("--message-format=json-render-diagnostics")
        .args(more)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| {
            CommandError::failed(format!("cargo cannot be started: {error}; install Rust to build connectors"))
        })?;
    if !result.status.success() {
        return Err(CommandError::failed(format!(
            "the connector in `{}` does not build; if the target is missing, `rustup target add {TARGET}`",
            directory.display()
        )));
    }
    let path = module_path(&String::from_utf8_lossy(&result.stdout)).ok_or_else(|| {
        CommandError::failed(
            "cargo made no WebAssembly module: `Cargo.toml` needs `crate-type = [\"cdylib\"]`".to_owned(),
        )
    })?;
    fs::read(&path).map_err(CommandError::io("reading", &path))
}

fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The last `.wasm` among the artefacts that cargo lists: dependencies come first, the package itself at the end.
fn module_path(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|name| name.as_str().map(PathBuf::from))
        .rfind(|path| path.extension().is_some_and(|extension| extension == "wasm"))
}

fn componentize(module: &[u8]) -> Result<Vec<u8>, CommandError> {
    ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| CommandError::failed(format!("the module cannot become a component: {error:#}")))
}

#[cfg(test)]
mod tests {
    use super::module_path;

    #[test]
    fn the_module_is_the_last_one_that_cargo_lists() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","filenames":["/t/libserde.rlib"]}"#,
            "\nnot json\n",
            r#"{"reason":"compiler-artifact","filenames":["/t/acme.wasm","/t/libacme.rlib"]}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(module_path(messages), Some("/t/acme.wasm".into()));
        assert_eq!(module_path("{}"), None);
    }
}
