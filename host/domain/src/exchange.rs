//! One HTTP request of a plugin and its answer, as the sandbox hands them to egress.

use serde::{Deserialize, Serialize};

use crate::BudgetKind;

/// What a plugin asks for. Nothing in it has been checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The method, in upper case.
    pub method: String,
    /// The URL, as the plugin wrote it.
    pub url: String,
    /// Header names and values, as the plugin wrote them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<Vec<u8>>,
    /// The auth slot.
    pub auth: Option<String>,
}

/// An answer, within its caps and without the credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header names, in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body, inflated.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of this name, in any letter case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer. The variants are those of the interface `http`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// Not granted.
    #[error("denied: {0}")]
    Denied(String),
    /// A budget of this call is spent.
    #[error("the budget `{name}` of this call is spent", name = .0.name())]
    Budget(BudgetKind),
    /// To be tried again after so many seconds.
    #[error("rate-limited for {0} s")]
    RateLimited(u32),
    /// No address, or none that may be dialled.
    #[error("name: {0}")]
    Name(String),
    /// No connection, or a broken one.
    #[error("connection: {0}")]
    Connection(String),
    /// Certificate or handshake.
    #[error("tls: {0}")]
    Tls(String),
    /// Out of time.
    #[error("no answer in time")]
    Timeout,
    /// Over the cap, in bytes.
    #[error("the answer is over its cap of {0} bytes")]
    TooLarge(u32),
    /// Not HTTP.
    #[error("malformed answer: {0}")]
    Malformed(String),
}
