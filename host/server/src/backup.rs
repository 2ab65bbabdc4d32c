//! Backups: folders that hold a store as it was at one time, made while hosts serve.
//!
//! The rules. A folder is a backup when it has its manifest, which is written last into a folder of another name; that is
//! renamed when all of it is on the disk. The manifest names every file with its digest, and is authenticated with a key that
//! comes from the host key: what was altered, or is of another host, is refused before anything is written. The host key is
//! never in it.

pub(crate) mod files;
mod make;
mod manifest;
mod restore;
mod verify;

pub use make::{Made, make};
pub use manifest::{Manifest, ManifestError};
pub(crate) use restore::refuse_in_use;
pub use restore::{Restored, restore};
pub use verify::{Verified, verify};
