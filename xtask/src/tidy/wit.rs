//! The contract is documented item by item.

use anyhow::{Context, Result};
use wit_parser::{Docs, Resolve, TypeDefKind, TypeId};

use super::Findings;
use crate::cargo::root;

pub(super) fn check() -> Result<Findings> {
    let mut resolve = Resolve::default();
    resolve.push_dir(root().join("wit")).context("reading wit/")?;
    let mut findings = Findings::new();
    let mut judge = |docs: &Docs, name: String| {
        if docs.contents.as_deref().is_none_or(|text| text.trim().is_empty()) {
            findings.push(format!("wit: {name} has no documentation"));
        }
    };
    for (_, world) in &resolve.worlds {
        judge(&world.docs, format!("world {}", world.name));
    }
    for (_, interface) in &resolve.interfaces {
        let name = interface.name.clone().unwrap_or_default();
        judge(&interface.docs, format!("interface {name}"));
        for (function, definition) in &interface.functions {
            judge(&definition.docs, format!("{name}.{function}"));
        }
        for (kind, id) in &interface.types {
            judge_type(&resolve, &format!("{name}.{kind}"), *id, &mut judge);
        }
    }
    Ok(findings)
}

/// A type, its fields and its cases. Cases of a plain `enum` may speak for themselves; a `use` is documented at its home.
fn judge_type(resolve: &Resolve, name: &str, id: TypeId, judge: &mut impl FnMut(&Docs, String)) {
    let definition = &resolve.types[id];
    match &definition.kind {
        TypeDefKind::Type(wit_parser::Type::Id(_)) => return,
        TypeDefKind::Record(record) => {
            record.fields.iter().for_each(|field| judge(&field.docs, format!("{name}.{}", field.name)));
        }
        TypeDefKind::Variant(variant) => {
            variant.cases.iter().for_each(|case| judge(&case.docs, format!("{name}.{}", case.name)));
        }
        _ => {}
    }
    judge(&definition.docs, name.to_owned());
}
