//! Which repository.

use std::fmt;

/// A repository by its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Repository {
    owner: String,
    name: String,
}

impl Repository {
    pub(crate) fn new(owner: &str, name: &str) -> Self {
        Self { owner: owner.to_owned(), name: name.to_owned() }
    }

    /// Read `owner/name`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (owner, name) = text.split_once('/')?;
        let fits = |part: &str| !part.is_empty() && !part.contains(['/', '?', '#', '%']);
        (fits(owner) && fits(name)).then(|| Self::new(owner, name))
    }

    /// Its source id. GitHub takes names in any letter case, so ids are in lower case.
    pub(crate) fn id(&self) -> String {
        self.to_string().to_ascii_lowercase()
    }

    /// The source id of a thing in it: pull requests and issues share their numbers, all else has its own.
    pub(crate) fn id_of(&self, number: u64) -> String {
        format!("{}#{number}", self.id())
    }

    /// A path below it, such as `/repos/acme/shop/pulls`.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/repos/{self}{rest}")
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}
