//! Where things lie: all that `cargo xtask bench` has built before.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("bench/ lies below the root")
}

/// The folder that cargo builds into: this program lies in its `release`.
pub(crate) fn target() -> Result<PathBuf> {
    let this = std::env::current_exe()?;
    Ok(this.ancestors().nth(2).context("the target folder")?.to_owned())
}

/// The release build of the product.
pub(crate) fn weighbridge() -> Result<PathBuf> {
    built(target()?.join("release/weighbridge"))
}

/// The release build of the peer of `instance`.
pub(crate) fn extism() -> Result<PathBuf> {
    built(target()?.join("extism/release/weighbridge-bench-extism"))
}

/// A guest of the tests, as a core module.
pub(crate) fn guest(name: &str) -> Result<PathBuf> {
    built(target()?.join("wasm32-unknown-unknown/connector/examples").join(name).with_extension("wasm"))
}

/// The GitHub connector, as a core module.
pub(crate) fn github() -> Result<PathBuf> {
    built(target()?.join("wasm32-unknown-unknown/connector/connector_github.wasm"))
}

fn built(path: PathBuf) -> Result<PathBuf> {
    if !path.exists() {
        bail!("{} is not built: run the benchmarks by `cargo xtask bench`", path.display());
    }
    Ok(path)
}
