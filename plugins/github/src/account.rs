//! Accounts, as they are named in everything else.

use serde::Deserialize;

/// A user object. GitHub writes `null` for a deleted one. Only its number is kept: it stays when the login changes, and who
/// it is, is for the stream `people` to say.
#[derive(Debug, Deserialize)]
pub(crate) struct Account {
    id: u64,
}

impl Account {
    /// The source id.
    pub(crate) fn id(&self) -> String {
        self.id.to_string()
    }
}

/// The source id of an account that may be gone.
pub(crate) fn id(account: Option<&Account>) -> Option<String> {
    account.map(Account::id)
}
