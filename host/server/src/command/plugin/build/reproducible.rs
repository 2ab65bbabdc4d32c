//! The same source, the same module, wherever it is built: `plugin build --reproducible`.
//!
//! A module names the files of the packages that it was made of, where a panic says its place. Folders differ from machine
//! to machine, so the compiler is told to call them by what they hold. The rest is the author's: `Cargo.lock` beside the
//! source, which is required here, and the compiler's version.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::{TARGET, cargo};
use crate::command::CommandError;

/// What is asked of `cargo metadata`.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: BTreeSet<String>,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    source: Option<String>,
    manifest_path: PathBuf,
}

/// The arguments that cargo needs beside the usual.
pub(super) fn arguments(directory: &Path) -> Result<Vec<String>, CommandError> {
    let result = Command::new(cargo())
        .current_dir(directory)
        .args(["metadata", "--locked", "--format-version", "1", "--filter-platform", TARGET])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| CommandError::failed(format!("cargo cannot be started: {error}")))?;
    if !result.status.success() {
        return Err(CommandError::failed(format!(
            "`{}` cannot be built reproducibly: it needs a `Cargo.lock` that fits its `Cargo.toml`",
            directory.display()
        )));
    }
    let metadata: Metadata = serde_json::from_slice(&result.stdout).map_err(|error| CommandError::because(&error))?;
    let flags: Vec<String> = renamed(&metadata)
        .into_iter()
        .map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()))
        .collect();
    let flags = serde_json::to_string(&flags).map_err(|error| CommandError::because(&error))?;
    Ok(vec!["--locked".to_owned(), "--config".to_owned(), format!("target.{TARGET}.rustflags={flags}")])
}

/// Folders that files are named by, and what they are called instead: a registry's by where it unpacks, so that a mirror's
/// are called the same; the workspace's, for the sake of debug information; others by their package.
fn renamed(metadata: &Metadata) -> BTreeSet<(PathBuf, String)> {
    let outside = metadata.packages.iter().filter(|package| !metadata.workspace_members.contains(&package.id));
    let named = outside.filter_map(|Package { id: _, name, source, manifest_path }| {
        let folder = manifest_path.parent()?;
        let of_registry = source.as_ref().is_some_and(|source| source.starts_with("registry+"));
        Some(if of_registry {
            (folder.parent()?.to_owned(), "/registry".to_owned())
        } else {
            (folder.to_owned(), format!("/{name}"))
        })
    });
    named.chain([(metadata.workspace_root.clone(), "/source".to_owned())]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_called_by_what_they_hold() {
        let text = r#"{ "packages": [
            { "id": "own", "name": "own", "source": null, "manifest_path": "/home/a/own/Cargo.toml" },
            { "id": "serde", "name": "serde", "source": "registry+https://x", "manifest_path": "/r/src/x-1/serde-1/Cargo.toml" },
            { "id": "itoa", "name": "itoa", "source": "registry+https://x", "manifest_path": "/r/src/x-1/itoa-1/Cargo.toml" },
            { "id": "sdk", "name": "sdk", "source": null, "manifest_path": "/home/a/sdk/rust/Cargo.toml" }
        ], "workspace_members": ["own"], "workspace_root": "/home/a/own" }"#;
        let renamed = renamed(&serde_json::from_str(text).expect("metadata"));
        let expected = [("/home/a/own", "/source"), ("/home/a/sdk/rust", "/sdk"), ("/r/src/x-1", "/registry")];
        assert_eq!(renamed, expected.map(|(folder, name)| (folder.into(), name.to_owned())).into());
    }
}
