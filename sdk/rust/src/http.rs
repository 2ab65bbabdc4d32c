//! Requests to the hosts that the manifest asks for and the operator granted. Capability `http`.
//!
//! The host resolves, checks, attaches the credential of an auth slot and fetches; the connector never holds a secret.
//! Redirects are not followed: a 3xx is an answer like any other.

mod answer;
mod link;
mod refusal;
mod request;

pub use answer::Response;
pub use link::Links;
pub use request::{Request, get, post, send_all};

pub use crate::bindings::weighbridge::connector::http::{HttpError, Method};

pub(crate) use crate::bindings::weighbridge::connector::http::Request as Wire;
