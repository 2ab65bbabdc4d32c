//! Guests: what stands in `tests/guests`, packed with a manifest and signed.

use std::fs;
use std::path::{Path, PathBuf};

use super::build::built;
use super::host::{Host, Ran};
use super::wat::{self, Made};

/// The manifest of most guests: one kind, no capability.
pub const MANIFEST: &str = r#"
id = "tests/guest"
version = "1.0.0"
sequence = 1
title = "A guest"
license = "Apache-2.0"
kinds = ["team", "membership"]
"#;

/// A guest's package in a host's folder.
#[derive(Debug)]
pub struct Guest {
    /// The package; its envelope lies beside it.
    pub package: PathBuf,
}

impl Guest {
    /// Pack a guest with this manifest, unsigned.
    #[track_caller]
    #[must_use]
    pub fn pack(host: &Host, name: &str, manifest: &str) -> Self {
        match wat::make(name) {
            None => Self::pack_module(host, name, &built().guests.join(name).with_extension("wasm"), manifest),
            Some(Made::Module(module)) => {
                let path = folder(host, name).join("module.wasm");
                fs::write(&path, module).expect("a module");
                Self::pack_module(host, name, &path, manifest)
            }
            Some(Made::Component(component)) => {
                let package = folder(host, name).join("guest.wasm");
                fs::write(&package, wat::package(component, manifest)).expect("a package");
                Self { package }
            }
        }
    }

    /// Pack any core module with this manifest, unsigned.
    #[track_caller]
    #[must_use]
    pub fn pack_module(host: &Host, name: &str, module: &Path, manifest: &str) -> Self {
        let folder = folder(host, name);
        fs::write(folder.join("plugin.toml"), manifest).expect("a manifest");
        let package = folder.join("guest.wasm");
        let text = |path: &Path| path.display().to_string();
        let arguments = ["plugin", "build", &text(&folder), "--module", &text(module), "--out", &text(&package)];
        let _ = host.run(&arguments).good();
        Self { package }
    }

    /// Sign it with the key of the tests.
    #[track_caller]
    #[must_use]
    pub fn sign(self, host: &Host) -> Self {
        let _ = self.try_to_sign(host).good();
        self
    }

    /// Try to sign it: what is no package cannot be.
    #[must_use]
    pub fn try_to_sign(&self, host: &Host) -> Ran {
        let key = built().plugins.join("key.pem").display().to_string();
        host.run(&["plugin", "sign", &self.path(), "--key", &key])
    }

    /// Try to install it, granting all that it asks for.
    #[must_use]
    pub fn install(&self, host: &Host) -> Ran {
        host.run(&["plugin", "install", "--grant", &self.path()])
    }

    /// The package's path.
    #[must_use]
    pub fn path(&self) -> String {
        self.package.display().to_string()
    }

    /// Pack, sign, install, connect and sync: how the sync ended.
    #[track_caller]
    #[must_use]
    pub fn sync(host: &Host, name: &str, manifest: &str, connect: &[&str]) -> Ran {
        let _ = Self::pack(host, name, manifest).sign(host).install(host).good();
        let _ = host.run(&[&["connect", "tests/guest"], connect].concat()).good();
        host.run(&["sync", "--json"])
    }
}

fn folder(host: &Host, name: &str) -> PathBuf {
    let folder = host.folder().join(format!("guest-{name}"));
    fs::create_dir_all(&folder).expect("a folder");
    folder
}
