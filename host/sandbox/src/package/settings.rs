//! The settings of a connection, and the schema that its form is made from.
//!
//! A schema is a subset of JSON Schema that the host really enforces: `type` (one name), `properties`, `required`,
//! `additionalProperties` (true or false), `items`, `enum`, `default`, `minLength`, `maxLength` (characters), `minimum`,
//! `maximum`, with the annotations `title`, `description`, `examples`, `$schema` and `$comment`. A keyword that would be
//! ignored is refused instead, so that no author relies on it.

mod schema;

use std::fmt;

use serde_json::{Map, Value};

pub use schema::SchemaError;
pub(super) use schema::check_schema;

/// Settings that do not fit, with everything that is wrong with them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct InvalidSettings {
    /// At least one, in the order of the schema.
    pub problems: Vec<Problem>,
}

impl fmt::Display for InvalidSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings do not fit the plugin's schema")?;
        let separators = std::iter::once(": ").chain(std::iter::repeat("; "));
        separators.zip(&self.problems).try_for_each(|(separator, problem)| write!(f, "{separator}{problem}"))
    }
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// The JSON pointer (RFC 6901) of the value; empty for the settings as a whole.
    pub pointer: String,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", if self.pointer.is_empty() { "/" } else { &self.pointer }, self.message)
    }
}

/// Check settings against the schema of a checked manifest.
///
/// # Errors
/// Names every value that does not fit, by its JSON pointer.
pub fn validate_settings(schema: &Value, settings: &Value) -> Result<(), InvalidSettings> {
    let mut problems = Vec::new();
    validate(schema, settings, "", &mut problems);
    if problems.is_empty() { Ok(()) } else { Err(InvalidSettings { problems }) }
}

/// Give the properties that are left out the `default` of their schema. Call it before [`validate_settings`].
pub fn fill_defaults(schema: &Value, settings: &mut Value) {
    let (Some(properties), Some(object)) = (properties(schema), settings.as_object_mut()) else { return };
    for (name, schema) in properties {
        match (object.get_mut(name), schema.get("default")) {
            (Some(value), _) => fill_defaults(schema, value),
            (None, Some(default)) => {
                object.insert(name.clone(), default.clone());
            }
            (None, None) => {}
        }
    }
}

fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties").and_then(Value::as_object)
}

/// Goes only where the schema goes, whose depth is capped.
fn validate(schema: &Value, value: &Value, pointer: &str, problems: &mut Vec<Problem>) {
    let mut report = |message: String| problems.push(Problem { pointer: pointer.to_owned(), message });
    let expected = schema.get("type").and_then(Value::as_str).unwrap_or_default();
    if !has_type(value, expected) {
        return report(format!("must be of type {expected}"));
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array)
        && !words.contains(value)
    {
        report(format!("must be one of {}", Value::from(words.clone())));
    }
    match value {
        Value::String(text) => check_length(schema, text).into_iter().for_each(report),
        Value::Number(number) => check_range(schema, number.as_f64().unwrap_or(f64::NAN)).into_iter().for_each(report),
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                for (index, item) in items.iter().enumerate() {
                    validate(schema, item, &format!("{pointer}/{index}"), problems);
                }
            }
        }
        Value::Object(object) => validate_object(schema, object, pointer, problems),
        Value::Null | Value::Bool(_) => {}
    }
}

fn validate_object(schema: &Value, object: &Map<String, Value>, pointer: &str, problems: &mut Vec<Problem>) {
    let at = |name: &str| format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    for name in required.filter(|name| !object.contains_key(*name)) {
        problems.push(Problem { pointer: at(name), message: "is required".to_owned() });
    }
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    for (name, value) in object {
        match properties(schema).and_then(|properties| properties.get(name)) {
            Some(schema) => validate(schema, value, &at(name), problems),
            None if closed => {
                problems.push(Problem { pointer: at(name), message: "is not a known setting".to_owned() });
            }
            None => {}
        }
    }
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => false,
    }
}

fn check_length(schema: &Value, text: &str) -> Option<String> {
    let length = text.chars().count() as u64;
    let bound = |name: &str| schema.get(name).and_then(Value::as_u64);
    match (bound("minLength"), bound("maxLength")) {
        (Some(min), _) if length < min => Some(format!("must have at least {min} characters")),
        (_, Some(max)) if length > max => Some(format!("must have at most {max} characters")),
        _ => None,
    }
}

fn check_range(schema: &Value, number: f64) -> Option<String> {
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    match (bound("minimum"), bound("maximum")) {
        (Some(min), _) if number < min => Some(format!("must be at least {min}")),
        (_, Some(max)) if number > max => Some(format!("must be at most {max}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
