//! Fuzz targets: what clients hand back. Each panics where something does not hold.
//!
//! They exist in tests and under `cargo fuzz` alone; `tests/corpus` runs them in the tests.

use domain::{RunId, WorkspaceId};

use crate::cursor::{Binding, CursorKey, Position};

/// A cursor: none that this host did not give out is accepted, and changes to one that it did give out are changes.
pub fn cursor(data: &[u8]) {
    let key = CursorKey::from_bytes([7; 32]);
    let binding = Binding { workspace: WorkspaceId::from_bytes([1; 16]), route: "runs", filter: "status=failed" };
    let id = RunId::of(std::array::from_fn(|at| data.get(at).copied().unwrap_or_default()));
    let sealed = binding.seal(&key, id);
    assert!(binding.open::<RunId>(&key, &sealed).is_ok_and(|opened| opened == id));
    let text = String::from_utf8_lossy(data);
    if let Ok(opened) = binding.open::<RunId>(&key, &text) {
        assert_eq!(binding.seal(&key, opened), text);
    }
    let (at, letter) = match data {
        [at, letter, ..] => (usize::from(*at) % sealed.len(), char::from(*letter)),
        _ => return,
    };
    let changed: String = sealed.char_indices().map(|(here, old)| if here == at { letter } else { old }).collect();
    if changed != sealed {
        assert!(binding.open::<RunId>(&key, &changed).is_err(), "{changed}");
    }
    let elsewhere = Binding { filter: &text, ..binding };
    if elsewhere.filter != binding.filter {
        assert!(elsewhere.open::<RunId>(&key, &sealed).is_err());
    }
}

#[cfg(test)]
mod tests {
    use corpus::check;

    #[test]
    fn cursors_by_chance_are_refused() {
        check("cursor", 10_000, super::cursor);
    }
}
