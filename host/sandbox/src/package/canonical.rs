//! The canonical form of JSON: no white space, keys sorted by their bytes, so that equal values have equal bytes.

use serde::Serialize;
use serde_json::Value;

/// The canonical bytes of a value.
///
/// Keys are sorted here and not left to `serde_json`, whose order depends on a feature that any crate can switch on.
pub(super) fn encode(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&sorted(serde_json::to_value(value)?))
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        scalar => scalar,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_keys_does_not_change_the_bytes() {
        let left = encode(&json!({"b": [{"y": 1, "x": 2}], "a": null})).expect("json");
        let right = encode(&json!({"a": null, "b": [{"x": 2, "y": 1}]})).expect("json");
        assert_eq!(left, right);
        assert_eq!(left, br#"{"a":null,"b":[{"x":2,"y":1}]}"#);
    }
}
