//! Source code by name only. Capability `content`.
//!
//! A connector can say which content it means, and learn what an analyzer says of it. There is no way to read it.

pub use crate::bindings::weighbridge::connector::content::{Analysis, ContentError};

use crate::host;
use crate::http::{HttpError, Request};

/// Content that the host holds until this handle is dropped, and never beyond the call.
#[derive(Debug)]
pub struct Blob(host::Blob);

/// Fetch content by the rules of [`http`](crate::http).
///
/// # Errors
/// As of [`Request::send`].
pub fn fetch(request: Request) -> Result<Blob, HttpError> {
    host::fetch(&request.into_wire()).map(Blob)
}

impl Blob {
    /// Have it analysed, under the path that it has in its repository.
    ///
    /// # Errors
    /// No analyzer is installed, or it failed.
    pub fn analyse(&self, path: &str) -> Result<Analysis, ContentError> {
        self.0.analyse(path)
    }
}
