use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::{GaveUp, from_str, plain};

#[derive(Debug, PartialEq, Deserialize)]
struct Named<'a> {
    title: String,
    #[serde(borrow)]
    state: Cow<'a, str>,
    number: u32,
    #[serde(default)]
    gone: Option<i64>,
    #[serde(default)]
    labels: Vec<Kind>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Defect,
    Chore,
}

/// Skipped values of every shape and length, so that brackets, quotes and escapes fall on every place of a block.
fn around(padding: usize) -> String {
    let odd = json!({
        "a": ["}", "{\"", "\\", "]]", "é\u{1f980}", ""], "b": { "c": [{}, [], [[1, -2.5e3, true, false, null]]] },
        "pad": "x".repeat(padding), "d\\": "\u{1}\n", "long": "y}".repeat(80),
    });
    format!(
        "{{ \"odd\":{odd},\"title\":\"a \\\"b\\\" \\u00e9 {}\",\"state\":\"open\",\"x\":{odd}, \"number\" : 7,\
         \"gone\":null,\"labels\":[\"defect\" , \"chore\"],\"last\":[{odd},{odd}]}}",
        "t".repeat(padding)
    )
}

#[test]
fn what_is_named_is_read_wherever_the_rest_falls() {
    for padding in 0..200 {
        let text = around(padding);
        let read: Named<'_> = plain(&text).expect("plain");
        assert_eq!(read, serde_json::from_str(&text).expect("valid"), "{padding}");
        assert!(matches!(read.state, Cow::Borrowed("open")));
    }
}

#[test]
fn no_beginning_of_a_text_is_taken_for_the_whole() {
    for padding in [0, 31, 64] {
        let text = around(padding);
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            assert_eq!(plain::<Named<'_>>(&text[..end]), Err(GaveUp), "{end}");
            assert!(plain::<IgnoredAny>(&text[..end]).is_err(), "{end}");
        }
        assert!(plain::<IgnoredAny>(&text).is_ok());
        assert!(plain::<IgnoredAny>(&format!("{text} x")).is_err());
    }
}

#[test]
fn any_value_is_as_serde_json_reads_it() {
    for padding in [0, 7, 63] {
        let text = around(padding);
        assert_eq!(from_str::<Value>(&text).expect("a value"), serde_json::from_str::<Value>(&text).expect("a value"));
    }
    let odd =
        ["0", "-0", "01", "-", "1.5", "-12", "18446744073709551616", "[1,]", "{\"a\":1,}", "[,1]", "nul", "\"\\x\""];
    for text in odd {
        let (ours, theirs) = (from_str::<Value>(text), serde_json::from_str::<Value>(text));
        assert_eq!(ours.ok(), theirs.ok(), "{text}");
    }
}

#[test]
fn numbers_as_keys_and_deep_values_are_read_too() {
    let keys: BTreeMap<u32, bool> = from_str("{\"1\":true}").expect("numbers as keys");
    assert_eq!(keys, BTreeMap::from([(1, true)]));
    let deep = format!("{}{}", "[".repeat(120), "]".repeat(120));
    assert!(from_str::<Value>(&deep).is_ok());
}

#[test]
fn errors_name_the_place_and_what_was_expected() {
    let error = from_str::<Named<'_>>("{\"title\":\"a\",\n\"state\":7}").expect_err("a number is not a text");
    assert!(error.to_string().contains("expected a string at line 2 column 9"), "{error}");
}
