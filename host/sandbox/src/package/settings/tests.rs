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

#[test]
fn what_is_only_shown_has_its_form_too() {
    let shown = |keyword: &str, value: Value| check_schema(&json!({ "type": "object", keyword: value })).is_ok();
    assert!(shown("title", json!("Settings")) && shown("examples", json!([{}])));
    assert!(!shown("title", json!(5)) && !shown("examples", json!({})));
}

#[test]
fn a_value_may_stand_on_its_border() {
    let fits = |schema: Value, value: Value| {
        let schema = json!({ "type": "object", "properties": { "p": schema } });
        check_schema(&schema).expect("a schema");
        validate_settings(&schema, &json!({ "p": value })).is_ok()
    };
    let text = || json!({ "type": "string", "minLength": 2, "maxLength": 3 });
    assert_eq!(["a", "ab", "äöü", "abcd"].map(|value| fits(text(), json!(value))), [false, true, true, false]);
    let number = || json!({ "type": "number", "minimum": -1.5, "maximum": 2 });
    assert_eq!([-1.6, -1.5, 2.0, 2.1].map(|value| fits(number(), json!(value))), [false, true, true, false]);
    let integer = || json!({ "type": "integer" });
    let (small, large) = (json!(i64::MIN), json!(u64::MAX));
    assert!(
        fits(integer(), small) && fits(integer(), large) && fits(integer(), json!(2.0)) && !fits(integer(), json!(2.5))
    );
    let word = || json!({ "type": "integer", "enum": [1, 2] });
    assert!(fits(word(), json!(2)) && !fits(word(), json!(3)));
    let open = || json!({ "type": "object" });
    assert!(fits(open(), json!({ "anything": 1 })), "what is not closed is open");
    assert!(!fits(open(), json!([])) && !fits(json!({ "type": "array" }), json!({})));
    assert!(fits(json!({ "type": "array" }), json!([1, "a"])), "items without a schema");
}

#[test]
fn each_keyword_has_its_type_and_its_form() {
    let property = |schema: Value| check_schema(&json!({ "type": "object", "properties": { "p": schema } }));
    for schema in [
        json!({ "type": "string", "title": "T", "description": "D", "$schema": "S", "$comment": "C", "examples": ["a"] }),
        json!({ "type": "string", "enum": ["a", "b"], "default": "a", "minLength": 0, "maxLength": 9 }),
        json!({ "type": "number", "enum": [1, 2.5], "minimum": 0, "maximum": 9.5, "default": 1 }),
        json!({ "type": "integer", "minimum": -3, "maximum": 3 }),
        json!({ "type": "array", "items": { "type": "string" }, "default": ["a"] }),
        json!({ "type": "object", "required": ["q"], "properties": { "q": { "type": "boolean" } } }),
        json!({ "type": "object", "required": [], "additionalProperties": true }),
    ] {
        assert_eq!(property(schema.clone()), Ok(()), "{schema}");
    }
    for (keyword, schema) in [
        ("title", json!({ "type": "string", "title": 1 })),
        ("$comment", json!({ "type": "string", "$comment": [] })),
        ("examples", json!({ "type": "string", "examples": "a" })),
        ("enum", json!({ "type": "boolean", "enum": [true] })),
        ("items", json!({ "type": "object", "items": { "type": "string" } })),
        ("properties", json!({ "type": "array", "properties": {} })),
        ("maximum", json!({ "type": "array", "maximum": 1 })),
        ("minLength", json!({ "type": "integer", "minLength": 1 })),
    ] {
        let error = property(schema.clone());
        assert!(
            matches!(&error, Err(SchemaError::Keyword { keyword: found, .. }) if found == keyword),
            "{schema}: {error:?}"
        );
    }
    for (keyword, schema) in [
        ("enum", json!({ "type": "string", "enum": "a" })),
        ("enum", json!({ "type": "string", "enum": [] })),
        ("enum", json!({ "type": "string", "enum": ["a", true] })),
        ("minLength", json!({ "type": "string", "minLength": 1.5 })),
        ("maxLength", json!({ "type": "string", "maxLength": "9" })),
        ("minimum", json!({ "type": "integer", "minimum": "1" })),
        ("maximum", json!({ "type": "number", "maximum": null })),
        ("required", json!({ "type": "object", "required": [1] })),
    ] {
        let error = property(schema.clone());
        let malformed = matches!(&error, Err(SchemaError::Malformed { keyword: found, .. }) if *found == keyword);
        assert!(malformed, "{schema}: {error:?}");
    }
    let items = property(json!({ "type": "array", "items": { "type": "text" } }));
    assert!(matches!(&items, Err(SchemaError::Type { pointer, .. }) if pointer == "/properties/p/items"), "{items:?}");
}

#[test]
fn lists_of_lists_are_as_shallow_as_objects() {
    let nested = |depth: usize| {
        let list = (2..depth).fold(json!({ "type": "string" }), |inner, _| json!({ "type": "array", "items": inner }));
        check_schema(&json!({ "type": "object", "properties": { "p": list } }))
    };
    assert_eq!(nested(8), Ok(()));
    assert!(matches!(nested(9), Err(SchemaError::TooDeep(_))));
}
