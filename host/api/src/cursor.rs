//! Cursors: where a client stands in a list. Opaque to it, and authenticated, so that a cursor works only for the
//! workspace, the route and the filter that it was given out for.

use std::fmt;

use axum::http::{HeaderValue, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{ConnectionId, RunId, WorkspaceId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::problem::Problem;

const VERSION: u8 = 1;
const ID_BYTES: usize = 16;
const MAC_BYTES: usize = 32;

/// The key of cursors: 32 random bytes.
#[derive(Clone)]
pub struct CursorKey([u8; 32]);

impl CursorKey {
    /// The key of these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CursorKey(…)")
    }
}

/// An id that a list is ordered by.
pub(crate) trait Position: Copy {
    fn bytes(&self) -> [u8; ID_BYTES];
    fn of(bytes: [u8; ID_BYTES]) -> Self;
}

macro_rules! positions {
    ($($id:ty),*) => {$(
        impl Position for $id {
            fn bytes(&self) -> [u8; ID_BYTES] {
                *self.as_bytes()
            }

            fn of(bytes: [u8; ID_BYTES]) -> Self {
                Self::from_bytes(bytes)
            }
        }
    )*};
}

positions!(ConnectionId, RunId);

/// What a cursor is bound to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Binding<'a> {
    pub(crate) workspace: WorkspaceId,
    pub(crate) route: &'a str,
    /// The filter of the list in text; empty without one.
    pub(crate) filter: &'a str,
}

impl Binding<'_> {
    fn mac(&self, key: &CursorKey, id: [u8; ID_BYTES]) -> Hmac<Sha256> {
        // `KeyInit::new` takes a key of one block (64 bytes); padding with zeros is what HMAC does with a shorter one.
        let mut block = [0; 64];
        block[..key.0.len()].copy_from_slice(&key.0);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        mac.update(&[VERSION]);
        mac.update(self.workspace.as_bytes());
        // Each text is preceded by its length, so that no two bindings give the same bytes.
        for text in [self.route, self.filter] {
            mac.update(&(text.len() as u64).to_be_bytes());
            mac.update(text.as_bytes());
        }
        mac.update(&id);
        mac
    }

    /// The cursor after this item.
    pub(crate) fn seal<T: Position>(&self, key: &CursorKey, last: T) -> String {
        let id = last.bytes();
        let mut bytes = vec![VERSION];
        bytes.extend(id);
        bytes.extend(self.mac(key, id).finalize().into_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The item that the cursor stands after.
    pub(crate) fn open<T: Position>(&self, key: &CursorKey, cursor: &str) -> Result<T, Problem> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Problem::InvalidCursor)?;
        let (version, rest) = bytes.split_first().ok_or(Problem::InvalidCursor)?;
        let (id, tag) = rest.split_first_chunk::<ID_BYTES>().ok_or(Problem::InvalidCursor)?;
        if *version != VERSION || tag.len() != MAC_BYTES {
            return Err(Problem::InvalidCursor);
        }
        self.mac(key, *id).verify_slice(tag).map_err(|_| Problem::InvalidCursor)?;
        Ok(T::of(*id))
    }
}

/// The items of one page, and the cursor to go on with, out of a list that was asked for one item more.
pub(crate) fn page<T, P: Position>(
    mut items: Vec<T>,
    limit: usize,
    position: impl Fn(&T) -> P,
    seal: impl Fn(P) -> String,
) -> (Vec<T>, Option<String>) {
    let more = items.len() > limit;
    items.truncate(limit);
    let next = if more { items.last().map(position).map(seal) } else { None };
    (items, next)
}

/// `Link: <…>; rel="next"`: the address that was asked for, with this cursor.
pub(crate) fn next_link(uri: &Uri, cursor: &str) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("<{}>; rel=\"next\"", with_cursor(uri, cursor))).ok()
}

fn with_cursor(uri: &Uri, cursor: &str) -> String {
    let kept =
        uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let mut query: Vec<&str> = kept.collect();
    let cursor = format!("cursor={cursor}");
    query.push(&cursor);
    format!("{}?{}", uri.path(), query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: CursorKey = CursorKey::from_bytes([7; 32]);

    fn binding(workspace: u8) -> Binding<'static> {
        Binding { workspace: WorkspaceId::from_bytes([workspace; 16]), route: "/v1/runs", filter: "" }
    }

    #[test]
    fn a_cursor_opens_only_with_what_it_is_bound_to() {
        let run = RunId::from_bytes([3; 16]);
        let cursor = binding(1).seal(&KEY, run);
        assert_eq!(binding(1).open::<RunId>(&KEY, &cursor).ok(), Some(run));
        let others = [
            binding(2),
            Binding { route: "/v1/connections", ..binding(1) },
            Binding { filter: "con_1", ..binding(1) },
            // The same bytes, cut elsewhere.
            Binding { route: "/v1/run", filter: "s", ..binding(1) },
        ];
        for other in others {
            assert!(other.open::<RunId>(&KEY, &cursor).is_err(), "{other:?}");
        }
        assert!(binding(1).open::<RunId>(&CursorKey::from_bytes([8; 32]), &cursor).is_err());
    }

    #[test]
    fn a_cursor_with_any_bit_turned_is_refused() {
        let cursor = URL_SAFE_NO_PAD.decode(binding(1).seal(&KEY, RunId::from_bytes([3; 16]))).expect("base64");
        for bit in 0..cursor.len() * 8 {
            let mut turned = cursor.clone();
            turned[bit / 8] ^= 1 << (bit % 8);
            assert!(binding(1).open::<RunId>(&KEY, &URL_SAFE_NO_PAD.encode(turned)).is_err(), "bit {bit}");
        }
        for cut in 0..cursor.len() {
            assert!(binding(1).open::<RunId>(&KEY, &URL_SAFE_NO_PAD.encode(&cursor[..cut])).is_err(), "{cut} bytes");
        }
    }

    #[test]
    fn the_next_link_keeps_the_filter_and_replaces_the_cursor() {
        let uri: Uri = "/v1/runs?connection=con_1&cursor=old&limit=2".parse().expect("an address");
        assert_eq!(with_cursor(&uri, "new"), "/v1/runs?connection=con_1&limit=2&cursor=new");
    }
}
