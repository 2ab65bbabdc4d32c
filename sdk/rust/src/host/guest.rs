//! The host behind the imports of the component.

use crate::bindings::weighbridge::connector as wit;

pub(crate) use wit::content::{Blob, fetch};
pub(crate) use wit::files::{list_directory, read, stat};
pub(crate) use wit::http::{Response as Answer, send, send_all};
pub(crate) use wit::log::log;
pub(crate) use wit::state::{get as state_get, keys as state_keys, remove as state_remove, set as state_set};
