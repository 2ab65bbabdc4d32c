//! Packages: a component whose manifest is one custom section, before anybody has vouched for it.
//!
//! A file becomes an [`UnverifiedPackage`] by structural screening alone, and nothing here compiles or runs a byte of it;
//! [`crate::trust::verify`] then turns it into a `VerifiedPackage`, which is all that the engine accepts. The manifest says
//! what the plugin asks for; the imports say what it can use; more imports than the manifest declares is a refusal.
//!
//! To add a field to the manifest: give it to [`Manifest`], its rule to `rules`, its bad value to the tests there, and
//! mind that the canonical form of older manifests must not change (leave the field out while it has its default).

mod assemble;
mod canonical;
mod difference;
#[cfg(any(test, fuzzing))]
pub(crate) mod fixture;
mod interface;
mod manifest;
mod rules;
mod screen;
mod settings;
mod survey;
mod unverified;

pub use assemble::assemble;
pub use difference::{Asks, Difference, Part};
pub use interface::Warning;
pub use manifest::{Manifest, ManifestError, NotInstallable, Profile, World};
pub use screen::{ENGINE_FEATURES, PackageError};
pub use settings::{InvalidSettings, Problem, SchemaError, fill_defaults, validate_settings};
pub(crate) use survey::MAX_NAME;
pub use unverified::{MAX_ENVELOPE_BYTES, MAX_PACKAGE_BYTES, UnverifiedPackage};

/// The name of the custom section that holds the manifest.
pub const MANIFEST_SECTION: &str = "weighbridge:manifest";

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> domain::Digest {
    use sha2::Digest as _;
    domain::Digest::from_bytes(sha2::Sha256::digest(bytes).into())
}
