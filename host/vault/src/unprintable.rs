//! Does not compile when a type that holds a secret can be printed or copied unseen.

use std::fmt::{Debug, Display};

use crate::{DerivedKey, HashedToken, HostKey, PlainToken, WorkspaceKey};

/// Each trait that the type has gives a second way to read `_`, which the compiler refuses as ambiguous.
macro_rules! never {
    ($($trait:path),+ => $secret:ty) => {
        const _: fn() = || {
            trait Lacks<Which> {
                fn all() {}
            }
            impl<T: ?Sized> Lacks<()> for T {}
            $({
                struct Has;
                impl<T: ?Sized + $trait> Lacks<Has> for T {}
            })+
            let _ = <$secret as Lacks<_>>::all;
        };
    };
}

macro_rules! secrets {
    ($($secret:ty),+ $(,)?) => {
        $(never!(Debug, Display, Copy, Clone, AsRef<[u8]>, AsRef<str>, std::ops::Deref => $secret);)+
    };
}

secrets![HostKey, WorkspaceKey, DerivedKey, PlainToken];

// A hash is no secret, yet whoever reads it in a log knows which token was used.
never!(Debug, Display => HashedToken);
