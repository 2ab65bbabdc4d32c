//! Guests in text: what no compiler would make of Rust.
//!
//! A file of `tests/guests/*.wat` is a core module, which becomes a component as a connector's does, or a component, which
//! is taken as it is, valid or not. Two things are expanded first: `<<name>>` is the file `parts/name.wat`, and
//! `[[3 x text]]` is the text three times, where `{i}` is its number. The innermost comes first.

use std::fs;
use std::path::Path;

use sandbox::package::{MANIFEST_SECTION, Manifest};
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::build::root;

/// A guest in text, made binary.
#[derive(Debug)]
pub enum Made {
    /// A module that speaks the world of connectors.
    Module(Vec<u8>),
    /// A component, or what pretends to be one.
    Component(Vec<u8>),
}

/// The guest of this name, if it is one in text.
#[must_use]
pub fn make(name: &str) -> Option<Made> {
    let path = root().join("tests/guests").join(name).with_extension("wat");
    let text = expand(&fs::read_to_string(&path).ok()?);
    let mut bytes = wat::parse_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // The version of a core module, where a component has another.
    if !bytes.starts_with(b"\0asm\x01\0\0\0") || text.contains("(;as it is;)") {
        return Some(Made::Component(bytes));
    }
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(root().join("wit")).expect("the interface");
    let world = resolve.select_world(&[package], Some("connector")).expect("the world");
    embed_component_metadata(&mut bytes, &resolve, world, StringEncoding::UTF8).expect("metadata");
    Some(Made::Module(bytes))
}

/// A package of any bytes: the manifest is put behind them, whatever they are.
pub(super) fn package(mut bytes: Vec<u8>, manifest: &str) -> Vec<u8> {
    let manifest = Manifest::from_toml(manifest).and_then(|manifest| manifest.to_canonical()).expect("a manifest");
    let name = [leb(MANIFEST_SECTION.len()), MANIFEST_SECTION.as_bytes().to_vec()].concat();
    bytes.push(0);
    bytes.extend(leb(name.len() + manifest.len()));
    bytes.extend(name);
    bytes.extend(manifest);
    bytes
}

fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(number & 0x7f).expect("seven bits");
        number >>= 7;
        bytes.push(if number == 0 { low } else { low | 0x80 });
        if number == 0 {
            return bytes;
        }
    }
}

fn expand(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some((from, to)) = between(&text, "<<", ">>") {
        let part = part(text[from + 2..to].trim());
        text.replace_range(from..to + 2, &part);
    }
    while let Some((from, to)) = between(&text, "[[", "]]") {
        let (count, what) = text[from + 2..to].split_once(" x ").expect("`[[COUNT x TEXT]]`");
        let count: usize = count.trim().parse().expect("a count");
        let whole: String = (0..count).map(|number| what.replace("{i}", &number.to_string())).collect();
        text.replace_range(from..to + 2, &whole);
    }
    text
}

/// The innermost pair: the first end, and the last begin before it.
fn between(text: &str, begin: &str, end: &str) -> Option<(usize, usize)> {
    let to = text.find(end)?;
    Some((text[..to].rfind(begin)?, to))
}

fn part(name: &str) -> String {
    let path = root().join("tests/guests/parts").join(Path::new(name)).with_extension("wat");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_expanded_from_the_inside_out() {
        assert_eq!(expand("a [[2 x (b{i}[[3 x c]])]]"), "a (b0ccc)(b1ccc)");
    }

    #[test]
    fn lengths_are_written_as_the_format_has_them() {
        assert_eq!((leb(5), leb(127), leb(624_485)), (vec![5], vec![127], vec![0xe5, 0x8e, 0x26]));
    }
}
