//! Build, assemble and sign every connector, with the commands that their authors use.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cargo::{binary, cargo, root, run, target};

/// What `cargo xtask plugins` leaves behind.
pub(crate) struct Plugins {
    /// The packages, each with its envelope beside it.
    pub(crate) packages: Vec<PathBuf>,
    /// The public key that they are signed with.
    pub(crate) public_key: PathBuf,
}

const WASM: &str = "wasm32-unknown-unknown";

/// Build all of them into `target/plugins`.
pub(crate) fn build() -> Result<Plugins> {
    prepare_target()?;
    let weighbridge = binary("weighbridge")?;
    let out = target()?.join("plugins");
    fs::create_dir_all(&out)?;
    let public_key = signing_key(&weighbridge, &out)?;
    let mut packages = Vec::new();
    for source in sources()? {
        let package = out.join(source.file_name().context("a folder's name")?).with_extension("wasm");
        run(Command::new(&weighbridge)
            .args(["plugin", "build", "--profile", "connector"])
            .arg(&source)
            .arg("--out")
            .arg(&package))?;
        run(Command::new(&weighbridge).args(["plugin", "sign"]).arg(&package).arg("--key").arg(out.join("key.pem")))?;
        println!("{}", package.display());
        packages.push(package);
    }
    Ok(Plugins { packages, public_key })
}

/// The compiler's target for connectors: there already, or fetched by rustup.
pub(crate) fn prepare_target() -> Result<()> {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().context("running rustc")?;
    let library = Path::new(String::from_utf8(sysroot.stdout)?.trim()).join("lib/rustlib").join(WASM);
    if library.exists() {
        return Ok(());
    }
    println!("adding the target {WASM}");
    let added = Command::new("rustup").args(["target", "add", WASM]).current_dir(root()).status();
    if !added.is_ok_and(|status| status.success()) {
        bail!(
            "connectors need the target {WASM}: install it with `rustup target add {WASM}` or from your distribution"
        );
    }
    Ok(())
}

/// A key for this checkout alone, made once.
fn signing_key(weighbridge: &Path, out: &Path) -> Result<PathBuf> {
    let public = out.join("key.pub.pem");
    if !public.exists() {
        run(Command::new(weighbridge).args(["plugin", "key"]).arg(out.join("key.pem")))?;
    }
    Ok(public)
}

/// Every folder below `plugins/` that has a manifest.
fn sources() -> Result<Vec<PathBuf>> {
    let mut sources: Vec<PathBuf> = fs::read_dir(root().join("plugins"))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.join("plugin.toml").exists())
        .collect();
    sources.sort();
    Ok(sources)
}

/// Compile the guests that the tests install.
pub(crate) fn guests() -> Result<()> {
    prepare_target()?;
    run(cargo().args(["build", "--quiet", "--package", "weighbridge-guests", "--examples"]).args([
        "--profile",
        "guest",
        "--target",
        WASM,
    ]))
}
