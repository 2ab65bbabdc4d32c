//! What is built before the first test, once for the process.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Where things lie.
#[derive(Debug)]
pub struct Built {
    /// The command.
    pub weighbridge: PathBuf,
    /// `NAME.wasm` of each guest, as a core module.
    pub guests: PathBuf,
    /// The connectors' core modules, such as `connector_github.wasm`.
    pub modules: PathBuf,
    /// The packages of the connectors, signed, with `key.pem` and `key.pub.pem`.
    pub plugins: PathBuf,
    /// What is preloaded for a disk that fails.
    pub faulty: PathBuf,
}

/// The repository's root.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies below the root")
}

/// Build it all, or say where it lies.
pub fn built() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let run = |arguments: &[&str]| {
            let status = Command::new(&cargo).current_dir(root()).args(arguments).status().expect("cargo runs");
            assert!(status.success(), "cargo {} failed", arguments.join(" "));
        };
        run(&["run", "--quiet", "--package", "xtask", "--", "plugins"]);
        let wasm = "wasm32-unknown-unknown";
        let guests = ["build", "--quiet", "--package", "weighbridge-guests", "--examples"];
        run(&[&guests[..], &["--profile", "guest", "--target", wasm]].concat());
        run(&["build", "--quiet", "--package", "weighbridge-faulty"]);
        // A test lies in `TARGET/debug/deps`, and what soaks in `TARGET/debug`.
        let this = std::env::current_exe().expect("the test's own path");
        let debug = this.ancestors().find(|folder| folder.ends_with("debug")).expect("a folder of cargo's");
        let target = debug.parent().expect("the target folder");
        Built {
            weighbridge: target.join("debug/weighbridge"),
            guests: target.join(wasm).join("guest/examples"),
            modules: target.join(wasm).join("connector"),
            plugins: target.join("plugins"),
            faulty: debug.join("libweighbridge_faulty.so"),
        }
    })
}
