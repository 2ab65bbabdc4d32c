//! What the API is told when it starts.

use std::time::Duration;

use domain::Instant;

use crate::CursorKey;

/// The API's settings. [`ApiConfig::new`] fills in all but the key.
#[derive(Debug)]
pub struct ApiConfig {
    /// The key that authenticates cursors. Hosts that answer for the same workspaces share it.
    pub cursor_key: CursorKey,
    /// How long a request may take before it is answered with 503.
    pub request_timeout: Duration,
    /// The most bytes of a request's body.
    pub body_limit: u64,
    /// The most bytes of a request's path and query.
    pub address_limit: usize,
    /// The most bytes of a request's header names and values together.
    pub headers_limit: usize,
    /// The clock: what `today` is where a request leaves the window open.
    pub now: fn() -> Instant,
}

impl ApiConfig {
    /// The defaults, with this key.
    #[must_use]
    pub fn new(cursor_key: CursorKey) -> Self {
        Self {
            cursor_key,
            request_timeout: Duration::from_secs(30),
            body_limit: 64 * 1024,
            address_limit: 8 * 1024,
            headers_limit: 16 * 1024,
            now: Instant::now,
        }
    }
}
