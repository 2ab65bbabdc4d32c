//! Making a package: a component and its manifest become one file.

use std::borrow::Cow;

use wasm_encoder::{ComponentSection as _, CustomSection};

use super::manifest::Manifest;
use super::screen::{PackageError, check_header};
use super::{MANIFEST_SECTION, survey};

/// The component with its manifest as its last section.
///
/// # Errors
/// When the bytes are not a valid component, when it has a manifest already, or when the manifest breaks a rule. Whether
/// its imports are declared is left to [`super::UnverifiedPackage::from_bytes`].
pub fn assemble(component: &[u8], manifest: &Manifest) -> Result<Vec<u8>, PackageError> {
    check_header(component)?;
    if survey::walk(component)?.manifest.is_some() {
        return Err(PackageError::ManifestTwice);
    }
    let data = manifest.to_canonical()?;
    let mut package = component.to_vec();
    CustomSection { name: Cow::Borrowed(MANIFEST_SECTION), data: Cow::Owned(data) }.append_to_component(&mut package);
    Ok(package)
}
