//! What lasts from call to call.

use serde::{Deserialize, Serialize};

use crate::walk::Front;

/// Where the stream stands. Without `walk`, everything that `head` reaches has been brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// The commit that the walk began at; empty while the repository has none.
    pub(crate) head: String,
    /// The border of a shallow clone at that time. Behind another border lies history that was not there before.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) border: String,
    /// The walk that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) walk: Option<Position>,
}

/// A place in a walk: a front that fits the cursor, and the steps taken since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// The front.
    pub(crate) front: Front,
    /// How many steps to take again before anything is new.
    #[serde(default)]
    pub(crate) steps: u32,
}
