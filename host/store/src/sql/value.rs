//! What is bound to a statement's parameters. A null has a type, too: PostgreSQL asks for it.

use domain::{ConnectionId, Digest, RunId, TokenId, WorkspaceId};

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Integer(Option<i64>),
    Truth(bool),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Id(Option<[u8; 16]>),
}

macro_rules! values {
    ($($variant:ident from $($from:ty)|+, as |$value:ident| $into:expr;)*) => {$($(
        impl From<$from> for Value {
            fn from($value: $from) -> Self {
                Self::$variant(Some($into))
            }
        }

        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Self::$variant(value.map(|$value| $into))
            }
        }
    )+)*};
}

values! {
    Integer from i64, as |value| value;
    Integer from i32 | u32, as |value| value.into();
    Text from String, as |value| value;
    Text from &String | &str, as |value| value.to_owned();
    Bytes from Vec<u8>, as |value| value;
    Bytes from &[u8], as |value| value.to_vec();
    Bytes from Digest | &Digest, as |value| value.as_bytes().to_vec();
    Id from WorkspaceId | ConnectionId | RunId | TokenId, as |value| *value.as_bytes();
    Id from &WorkspaceId | &ConnectionId | &RunId | &TokenId, as |value| *value.as_bytes();
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Truth(value)
    }
}
