//! The rules of a settings schema itself.

use serde_json::{Map, Value};

use super::validate_settings;

const TYPES: [&str; 6] = ["object", "array", "string", "boolean", "number", "integer"];
const MAX_DEPTH: usize = 8;

/// Why a schema is refused, and where: each names the JSON pointer within the schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each message says what its variant is")]
pub enum SchemaError {
    #[error("the schema of the settings must have `type` \"object\"")]
    NotObject,
    #[error("`{0}` is nested deeper than {MAX_DEPTH} schemas")]
    TooDeep(String),
    #[error("`{0}` must be a schema: a table with a `type`")]
    NotSchema(String),
    #[error("`{pointer}` has the unknown `type` {found}; use one of object, array, string, boolean, number, integer")]
    Type { pointer: String, found: String },
    #[error("`{pointer}` uses the keyword `{keyword}`, which this host does not enforce for its type; leave it out")]
    Keyword { pointer: String, keyword: String },
    #[error("`{pointer}` has a `{keyword}` that is malformed")]
    Malformed { pointer: String, keyword: &'static str },
    #[error("`{pointer}` requires `{name}`, which is not among its properties")]
    RequiredUnknown { pointer: String, name: String },
    #[error("the `default` of `{0}` does not fit its own schema")]
    Default(String),
}

/// Check the schema of a manifest.
pub(in crate::package) fn check_schema(schema: &Value) -> Result<(), SchemaError> {
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        return Err(SchemaError::NotObject);
    }
    check(schema, "", 1)
}

fn check(schema: &Value, pointer: &str, depth: usize) -> Result<(), SchemaError> {
    if depth > MAX_DEPTH {
        return Err(SchemaError::TooDeep(pointer.to_owned()));
    }
    let (Some(object), Some(kind)) = (schema.as_object(), schema.get("type")) else {
        return Err(SchemaError::NotSchema(pointer.to_owned()));
    };
    let kind = kind
        .as_str()
        .filter(|kind| TYPES.contains(kind))
        .ok_or_else(|| SchemaError::Type { pointer: pointer.to_owned(), found: kind.to_string() })?;
    for (keyword, value) in object {
        check_keyword(kind, keyword, value, object, pointer)?;
    }
    for (name, schema) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
        check(schema, &format!("{pointer}/properties/{name}"), depth + 1)?;
    }
    if let Some(items) = object.get("items") {
        check(items, &format!("{pointer}/items"), depth + 1)?;
    }
    match object.get("default") {
        Some(default) if validate_settings(schema, default).is_err() => Err(SchemaError::Default(pointer.to_owned())),
        _ => Ok(()),
    }
}

fn check_keyword(
    kind: &str,
    keyword: &str,
    value: &Value,
    schema: &Map<String, Value>,
    pointer: &str,
) -> Result<(), SchemaError> {
    let malformed = |keyword| Err(SchemaError::Malformed { pointer: pointer.to_owned(), keyword });
    match (kind, keyword) {
        (_, "type" | "title" | "description" | "$schema" | "$comment") if value.is_string() => Ok(()),
        (_, "default") => Ok(()),
        (_, "examples") if value.is_array() => Ok(()),
        ("string" | "integer" | "number", "enum") => match value.as_array() {
            Some(words) if !words.is_empty() && words.iter().all(|word| word.is_string() || word.is_number()) => Ok(()),
            _ => malformed("enum"),
        },
        ("object", "properties") => {
            if value.is_object() {
                Ok(())
            } else {
                malformed("properties")
            }
        }
        ("object", "additionalProperties") => {
            if value.is_boolean() {
                Ok(())
            } else {
                malformed("additionalProperties")
            }
        }
        ("object", "required") => check_required(value, schema, pointer),
        ("array", "items") => Ok(()),
        ("string", "minLength") => {
            if value.is_u64() {
                Ok(())
            } else {
                malformed("minLength")
            }
        }
        ("string", "maxLength") => {
            if value.is_u64() {
                Ok(())
            } else {
                malformed("maxLength")
            }
        }
        ("integer" | "number", "minimum") => {
            if value.is_number() {
                Ok(())
            } else {
                malformed("minimum")
            }
        }
        ("integer" | "number", "maximum") => {
            if value.is_number() {
                Ok(())
            } else {
                malformed("maximum")
            }
        }
        _ => Err(SchemaError::Keyword { pointer: pointer.to_owned(), keyword: keyword.to_owned() }),
    }
}

fn check_required(value: &Value, schema: &Map<String, Value>, pointer: &str) -> Result<(), SchemaError> {
    let malformed = || SchemaError::Malformed { pointer: pointer.to_owned(), keyword: "required" };
    for name in value.as_array().ok_or_else(malformed)? {
        let name = name.as_str().ok_or_else(malformed)?;
        if schema.get("properties").and_then(|properties| properties.get(name)).is_none() {
            return Err(SchemaError::RequiredUnknown { pointer: pointer.to_owned(), name: name.to_owned() });
        }
    }
    Ok(())
}
