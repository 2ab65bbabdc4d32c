//! Structural screening: what can be said of a file without compiling it.

use std::path::PathBuf;

use domain::Digest;
use wasmparser::{BinaryReaderError, WasmFeatures};

use super::interface::{self, Warning};
use super::manifest::{Manifest, ManifestError};
use super::{sha256, survey};

/// What a component may use. The engine is configured to accept no less; anything beyond is refused here, with its name.
///
/// Left out on purpose: threads and shared memory, 64-bit memories, garbage collection and exceptions (attack surface that
/// no connector needs), relaxed SIMD (its results differ between machines, and a run must replay), more than one memory a
/// module, and the asynchronous component model.
pub const ENGINE_FEATURES: WasmFeatures = WasmFeatures::WASM2
    .difference(WasmFeatures::GC_TYPES)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::COMPONENT_MODEL);

/// Why a file is not a package.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each message says what its variant is")]
pub enum PackageError {
    #[error("`{}` cannot be read", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the package is larger than {max} bytes; strip its debug information")]
    TooLarge { max: u64 },
    #[error("the signature envelope is larger than {max} bytes; sign the package anew")]
    EnvelopeTooLarge { max: u64 },
    #[error("the file is an ELF image: precompiled code is never accepted, only the component that it was made from")]
    Precompiled,
    #[error("the file is not WebAssembly")]
    NotWasm,
    #[error("the file is a core module, not a component; build it with `weighbridge plugin build`")]
    CoreModule,
    #[error("the file is a component of the unknown binary version {0:#x}")]
    BinaryVersion(u32),
    #[error("the component is malformed, cut off, or uses a feature that plugins may not use")]
    Invalid(#[source] BinaryReaderError),
    #[error("the component has {count} {what}; at most {max} are allowed")]
    TooMany { what: &'static str, count: u64, max: u64 },
    #[error(
        "the component's memories start with {initial} bytes, and its manifest asks for `budget.memory_bytes` {budget}"
    )]
    Memory { initial: u64, budget: u32 },
    #[error("the component has no section `weighbridge:manifest`; build it with `weighbridge plugin build`")]
    NoManifest,
    #[error("the component has more than one section `weighbridge:manifest`")]
    ManifestTwice,
    #[error("the component has a section `weighbridge:manifest` inside of a nested module or component")]
    ManifestNested,
    #[error("the manifest of the package is refused")]
    Manifest(#[from] ManifestError),
    #[error("the component imports `{interface}`, which its manifest does not declare under `capabilities`")]
    ImportNotDeclared { interface: String },
    #[error("the component imports `{interface}`, which is no interface that this host offers to plugins")]
    ImportUnknown { interface: String },
    #[error(
        "the component imports `{interface}`, and its profile `pure` allows interfaces of `weighbridge:connector` alone; build it for wasm32-unknown-unknown"
    )]
    ImportOutside { interface: String },
    #[error(
        "the component uses `{interface}`, and this host speaks version 0.1 of `weighbridge:connector`; build it with that SDK"
    )]
    InterfaceVersion { interface: String },
    #[error(
        "the component does not export `weighbridge:connector/{missing}`, as the world `{world}` of its manifest asks; it exports: {found}"
    )]
    WrongWorld { world: &'static str, missing: &'static str, found: String },
}

/// A file that passed.
#[derive(Debug, Clone)]
pub(super) struct Screened {
    pub(super) manifest: Manifest,
    pub(super) manifest_digest: Digest,
    pub(super) imports: Vec<String>,
    pub(super) exports: Vec<String>,
    pub(super) warnings: Vec<Warning>,
}

/// Look at every byte of it.
pub(super) fn screen(bytes: &[u8]) -> Result<Screened, PackageError> {
    check_header(bytes)?;
    let survey = survey::walk(bytes)?;
    let section = survey.manifest.ok_or(PackageError::NoManifest)?;
    let manifest = Manifest::from_canonical(section)?;
    let (initial, budget) = (survey.memory_bytes, manifest.budget.memory_bytes);
    if initial > u64::from(budget) {
        return Err(PackageError::Memory { initial, budget });
    }
    let warnings = interface::compare(&survey.imports, &survey.exports, &manifest)?;
    Ok(Screened {
        manifest_digest: sha256(section),
        manifest,
        imports: survey.imports.into_iter().map(|import| import.name).collect(),
        exports: survey.exports,
        warnings,
    })
}

/// Tell a component from what is often mistaken for one.
pub(super) fn check_header(bytes: &[u8]) -> Result<(), PackageError> {
    if bytes.starts_with(b"\x7fELF") {
        return Err(PackageError::Precompiled);
    }
    let header = bytes.strip_prefix(b"\0asm").ok_or(PackageError::NotWasm)?;
    match header.first_chunk().map(|version| u32::from_le_bytes(*version)) {
        Some(0x1_000d) => Ok(()),
        Some(1) => Err(PackageError::CoreModule),
        Some(other) => Err(PackageError::BinaryVersion(other)),
        None => Err(PackageError::NotWasm),
    }
}

#[cfg(test)]
mod tests;
