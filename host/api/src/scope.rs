//! What a token may do. One list gives the scope's name, its variant and the marker type of its proof.

use std::fmt;
use std::str::FromStr;

/// The text names no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a scope: one of {all}", all = Scope::names())]
pub struct UnknownScope(String);

/// What an [`Authorized`](crate::Authorized) proof proves. Only the markers of this module are permissions.
pub trait Permission: sealed::Sealed + Send + Sync + 'static {
    /// The scope that the token must have; `None` where any valid token will do.
    const SCOPE: Option<Scope>;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// One thing that a token may do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Scope {
            $($(#[$doc])* $name,)*
        }

        impl Scope {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name in tokens and in the documentation.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }

        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl sealed::Sealed for $name {}

            impl Permission for $name {
                const SCOPE: Option<Scope> = Some(Scope::$name);
            }
        )*
    };
}

scopes! {
    /// Read the catalogue and the figures of metrics.
    MetricsRead = "metrics:read";
    /// Read connections.
    ConnectionsRead = "connections:read";
    /// Read runs with what they used, did and wrote.
    RunsRead = "runs:read";
    /// Read installed plugins with what they ask for and were granted.
    PluginsRead = "plugins:read";
    /// Read figures of individual people. In no token unless it is asked for.
    PeopleRead = "people:read";
}

/// Any valid token, whatever its scopes.
#[derive(Debug, Clone, Copy)]
pub struct AnyToken;

impl sealed::Sealed for AnyToken {}

impl Permission for AnyToken {
    const SCOPE: Option<Scope> = None;
}

impl Scope {
    fn names() -> String {
        Self::ALL.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let known = Self::ALL.iter().copied().find(|scope| scope.as_str() == text);
        known.ok_or_else(|| UnknownScope(text.chars().take(64).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_survive_their_text_and_others_are_named() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(*scope));
        }
        let error = "metrics:write".parse::<Scope>().expect_err("not a scope").to_string();
        assert!(error.contains("metrics:write") && error.contains("`metrics:read`"), "{error}");
    }
}
