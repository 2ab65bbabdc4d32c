use serde_json::json;

use super::*;

fn schema() -> Value {
    let schema = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["organisation"],
        "properties": {
            "organisation": { "type": "string", "minLength": 1, "maxLength": 5 },
            "mode": { "type": "string", "enum": ["fast", "full"], "default": "fast" },
            "days": { "type": "integer", "minimum": 1, "maximum": 365, "default": 90 },
            "ratio": { "type": "number", "maximum": 0.5 },
            "archived": { "type": "boolean" },
            "repositories": { "type": "array", "items": { "type": "string", "minLength": 2 } },
            "a/b~c": { "type": "object", "properties": { "deep": { "type": "boolean", "default": true } } },
        },
    });
    check_schema(&schema).expect("a schema");
    schema
}

fn pointers(settings: &Value) -> Vec<String> {
    match validate_settings(&schema(), settings) {
        Ok(()) => Vec::new(),
        Err(InvalidSettings { problems }) => problems.into_iter().map(|problem| problem.pointer).collect(),
    }
}

#[test]
fn settings_that_fit_are_accepted() {
    let settings = json!({
        "organisation": "süß12", "mode": "full", "days": 365.0, "ratio": 0.5, "archived": true,
        "repositories": ["ab", "cd"], "a/b~c": { "deep": false, "anything": 1 },
    });
    assert_eq!(pointers(&settings), Vec::<String>::new());
}

#[test]
fn every_problem_is_named_by_its_pointer() {
    assert_eq!(pointers(&json!({})), ["/organisation"]);
    assert_eq!(pointers(&json!([])), [""]);
    for (name, value, pointer) in [
        ("organisation", json!(""), "/organisation"),
        ("organisation", json!("sechs6"), "/organisation"),
        ("organisation", json!(null), "/organisation"),
        ("mode", json!("slow"), "/mode"),
        ("days", json!(0), "/days"),
        ("days", json!(366), "/days"),
        ("days", json!(1.5), "/days"),
        ("days", json!("1"), "/days"),
        ("ratio", json!(0.51), "/ratio"),
        ("archived", json!(1), "/archived"),
        ("repositories", json!(["ab", "c"]), "/repositories/1"),
        ("a/b~c", json!({ "deep": 1 }), "/a~1b~0c/deep"),
        ("surprise", json!(1), "/surprise"),
    ] {
        let mut settings = json!({ "organisation": "acme" });
        settings[name] = value.clone();
        assert_eq!(pointers(&settings), [pointer], "{name}: {value}");
    }
    let error = validate_settings(&schema(), &json!({ "days": 0, "mode": "x" })).expect_err("wrong");
    assert_eq!(
        error.to_string(),
        "the settings do not fit the plugin's schema: `/organisation` is required; `/days` must be at least 1; \
         `/mode` must be one of [\"fast\",\"full\"]"
    );
}

#[test]
fn defaults_fill_what_is_left_out_and_nothing_else() {
    let mut settings = json!({ "organisation": "acme", "days": 7, "a/b~c": {} });
    fill_defaults(&schema(), &mut settings);
    assert_eq!(settings, json!({ "organisation": "acme", "days": 7, "mode": "fast", "a/b~c": { "deep": true } }));
}

#[test]
fn a_schema_says_nothing_that_is_not_enforced() {
    let property = |schema: Value| check_schema(&json!({ "type": "object", "properties": { "p": schema } }));
    assert_eq!(check_schema(&json!({ "type": "array" })), Err(SchemaError::NotObject));
    assert_eq!(check_schema(&json!(true)), Err(SchemaError::NotObject));
    assert!(matches!(property(json!({})), Err(SchemaError::NotSchema(at)) if at == "/properties/p"));
    assert!(matches!(property(json!({ "type": ["string", "null"] })), Err(SchemaError::Type { .. })));
    assert!(matches!(property(json!({ "type": "text" })), Err(SchemaError::Type { .. })));
    for (keyword, schema) in [
        ("pattern", json!({ "type": "string", "pattern": "^a+$" })),
        ("$ref", json!({ "type": "string", "$ref": "#" })),
        ("minimum", json!({ "type": "string", "minimum": 1 })),
        ("oneOf", json!({ "type": "object", "oneOf": [] })),
    ] {
        let error = property(schema).expect_err("refused");
        assert!(matches!(&error, SchemaError::Keyword { keyword: found, .. } if found == keyword), "{error}");
    }
    for schema in [
        json!({ "type": "string", "enum": [] }),
        json!({ "type": "string", "minLength": -1 }),
        json!({ "type": "integer", "maximum": "9" }),
        json!({ "type": "object", "additionalProperties": {} }),
        json!({ "type": "object", "required": "p" }),
        json!({ "type": "object", "properties": [] }),
    ] {
        assert!(matches!(property(schema.clone()), Err(SchemaError::Malformed { .. })), "{schema}");
    }
    let required = check_schema(&json!({ "type": "object", "required": ["ghost"] }));
    assert!(matches!(required, Err(SchemaError::RequiredUnknown { .. })));
    let default = property(json!({ "type": "integer", "minimum": 3, "default": 2 }));
    assert_eq!(default, Err(SchemaError::Default("/properties/p".to_owned())));
}

#[test]
fn schemas_are_shallow() {
    let nested = |depth: usize| {
        (1..depth)
            .fold(json!({ "type": "object" }), |inner, _| json!({ "type": "object", "properties": { "p": inner } }))
    };
    assert_eq!(check_schema(&nested(8)), Ok(()));
    assert!(matches!(check_schema(&nested(9)), Err(SchemaError::TooDeep(_))));
}
