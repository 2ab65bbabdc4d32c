//! A host in a folder of its own, driven by the command that users have.
//!
//! Everything that the tests need is built once, by the commands that authors use: connectors by `cargo xtask plugins`,
//! guests as core modules that each test packs, signs and installs with the manifest that it wants.

mod build;
mod faulty;
mod github;
mod guest;
mod host;
mod oauth;
mod provider;
mod python;
mod resident;
mod rows;
mod serving;
mod shared;
mod skip;
pub(crate) mod sound;
mod source;
mod trial;
mod wat;

pub use build::{built, root};
pub use faulty::{Failing, Faulty, Noted};
pub use github::TOKEN;
pub use guest::{Guest, MANIFEST};
pub use host::{Host, Ran};
pub use oauth::{Authorizing, CLIENT, CONSENT, oauth_manifest};
pub use provider::{Book, Fault, Provider};
pub use python::python;
pub use rows::RECORDS;
pub use serving::{Answered, Serving};
pub use shared::SharedDatabase;
pub use skip::skip;
pub use sound::{Contents, same};
pub use source::{Manner, Reply, Request, Source};
pub use trial::{Ended, Trial};
pub use wat::{Made, make};
