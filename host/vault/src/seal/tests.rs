use std::collections::HashSet;

use domain::WorkspaceId;
use proptest::prelude::*;

use super::*;
use crate::HostKey;

fn binding() -> Binding<'static> {
    Binding {
        instance: "one",
        workspace: WorkspaceId::from_bytes([1; 16]),
        table: "connections",
        row: b"row",
        column: "credential",
        key_version: 1,
    }
}

/// Each differs from [`binding`] in one part, or has its bytes shifted from one part to the next.
fn elsewhere() -> [Binding<'static>; 8] {
    let here = binding();
    [
        Binding { instance: "two", ..here },
        Binding { workspace: WorkspaceId::from_bytes([2; 16]), ..here },
        Binding { table: "tokens", ..here },
        Binding { row: b"other", ..here },
        Binding { column: "settings", ..here },
        Binding { key_version: 2, ..here },
        Binding { row: b"rowc", column: "redential", ..here },
        Binding { table: "connectionsr", row: b"ow", ..here },
    ]
}

fn key() -> WorkspaceKey {
    WorkspaceKey::generate().expect("randomness")
}

fn sealed(key: &WorkspaceKey) -> Sealed {
    seal(key, &binding(), b"a credential").expect("randomness")
}

#[test]
fn what_is_sealed_opens_in_its_place() {
    let key = key();
    let text = open_text(&key, &binding(), &sealed(&key)).expect("it opens");
    assert_eq!(text.expose_secret(), "a credential");
    let empty = seal(&key, &binding(), b"").expect("randomness");
    assert!(open(&key, &binding(), &empty).expect("it opens").expose_secret().is_empty());
    let bytes = seal(&key, &binding(), &[0xff]).expect("randomness");
    assert!(matches!(open_text(&key, &binding(), &bytes), Err(OpenError::NotText)));
}

#[test]
fn what_is_moved_to_another_place_does_not_open() {
    let key = key();
    let sealed = sealed(&key);
    for place in elsewhere() {
        assert!(matches!(open(&key, &place, &sealed), Err(OpenError::Refused)), "{place:?}");
    }
}

#[test]
fn no_flip_of_any_bit_opens() {
    let key = key();
    let whole = sealed(&key);
    for bit in 0..whole.as_bytes().len() * 8 {
        let mut bytes = whole.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(open(&key, &binding(), &Sealed::from_bytes(bytes)).is_err(), "bit {bit}");
    }
}

#[test]
fn no_cut_and_no_addition_opens() {
    let key = key();
    let whole = sealed(&key).into_bytes();
    for length in 0..whole.len() {
        assert!(open(&key, &binding(), &Sealed::from_bytes(whole[..length].to_vec())).is_err(), "{length}");
    }
    let more = [whole.as_slice(), &[0]].concat();
    assert!(matches!(open(&key, &binding(), &Sealed::from_bytes(more)), Err(OpenError::Refused)));
    assert!(matches!(open(&key, &binding(), &Sealed::from_bytes(vec![2; 64])), Err(OpenError::Form(2))));
}

#[test]
fn another_key_does_not_open() {
    assert!(matches!(open(&key(), &binding(), &sealed(&key())), Err(OpenError::Refused)));
}

#[test]
fn a_workspaces_key_unwraps_with_its_host_and_in_its_place_alone() {
    let (host, key) = (HostKey::from_bytes(&[1; 32]), key());
    let wrapped = key.wrap(&host, &binding()).expect("randomness");
    let unwrapped = WorkspaceKey::unwrap(&host, &binding(), &wrapped).expect("it unwraps");
    assert_eq!(key.expose_bytes(), unwrapped.expose_bytes());
    let contains = wrapped.as_bytes().windows(32).any(|window| window == key.expose_bytes());
    assert!(!contains, "the key is in its wrapping");

    let other = HostKey::from_bytes(&[2; 32]);
    assert_eq!(WorkspaceKey::unwrap(&other, &binding(), &wrapped).err(), Some(OpenError::Refused));
    for place in elsewhere() {
        assert_eq!(WorkspaceKey::unwrap(&host, &place, &wrapped).err(), Some(OpenError::Refused), "{place:?}");
    }
}

#[test]
fn an_opened_secret_does_not_print() {
    let key = key();
    let opened = open(&key, &binding(), &sealed(&key)).expect("it opens");
    let text = open_text(&key, &binding(), &sealed(&key)).expect("it opens");
    assert!(!format!("{opened:?} {text:?}").contains("97"), "bytes of `a`");
    assert!(!format!("{opened:?} {text:?}").contains("credential"));
}

#[test]
fn nonces_do_not_repeat() {
    let key = key();
    let nonces: HashSet<[u8; NONCE]> = (0..100_000)
        .map(|_| {
            let sealed = seal(&key, &binding(), b"").expect("randomness");
            sealed.as_bytes()[1..=NONCE].try_into().expect("a nonce")
        })
        .collect();
    assert_eq!(nonces.len(), 100_000);
}

proptest! {
    #[test]
    fn no_two_bindings_have_the_same_associated_data(
        a in (".{0,4}", ".{0,4}", prop::collection::vec(any::<u8>(), 0..4), ".{0,4}", any::<u32>()),
        b in (".{0,4}", ".{0,4}", prop::collection::vec(any::<u8>(), 0..4), ".{0,4}", any::<u32>()),
    ) {
        let of = |parts: &(String, String, Vec<u8>, String, u32)| {
            let (instance, table, row, column, key_version) = parts;
            let workspace = WorkspaceId::from_bytes([1; 16]);
            Binding { instance, workspace, table, row, column, key_version: *key_version }.associated(1)
        };
        prop_assert_eq!(of(&a) == of(&b), a == b);
    }
}
