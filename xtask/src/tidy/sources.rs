//! Sizes, names and left-overs of source files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::Findings;
use crate::cargo::root;

/// A file over this is two things.
const LONGEST: usize = 400;

/// Folders and files that say nothing.
const VAGUE: &[&str] = &["utils", "util", "common", "helpers", "core", "manager", "service", "misc", "mod"];

/// Words that mean work was left behind. Written in parts, so that this file does not find itself.
const LEFT_BEHIND: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:"), concat!("HA", "CK:")];

/// What the compiler cannot check stands in these files alone, each with its argument: loading native code in the host,
/// memory and vectors in the connectors' SDK, whose code runs in the sandbox, as do the guests that read all of their own; and
/// the disk that fails in the tests, which takes the place of functions of the C library.
const UNCHECKED: &[&str] = &[
    "host/sandbox/src/artefact.rs",
    "sdk/rust/src/heap.rs",
    "sdk/rust/src/json/block.rs",
    "sdk/rust/src/lib.rs",
    "tests/faulty/src/lib.rs",
    "tests/guests/scans_itself.rs",
    "tests/guests/scavenges_memory.rs",
];
/// The way to say so, in parts as above.
const ALLOWANCES: &[&str] =
    &[concat!("expect(unsafe", "_code"), concat!("allow(unsafe", "_code"), concat!("uns", "afe {")];
/// What the root of each crate of the host says, but for the one with such a file.
const FORBIDDEN: &str = "#![forbid(unsafe_code)]";

pub(super) fn check() -> Result<Findings> {
    let mut findings = Findings::new();
    for folder in ["host", "sdk", "plugins", "tests", "xtask", "bench"] {
        walk(&root().join(folder), &mut |path| findings.extend(judge(path)))?;
    }
    Ok(findings)
}

fn walk(folder: &Path, visit: &mut impl FnMut(&Path)) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    for path in paths {
        // A folder that is no member of the workspace has rules of its own.
        let apart = ["target", "bench/extism", "tests/fuzz", "tests/smith"].iter().any(|folder| path.ends_with(folder));
        if path.is_dir() && !apart {
            walk(&path, visit)?;
        }
        visit(&path);
    }
    Ok(())
}

fn judge(path: &Path) -> Findings {
    let shown = path.strip_prefix(root()).unwrap_or(path).display();
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let is_rust = path.extension().is_some_and(|extension| extension == "rs");
    let mut findings = Findings::new();
    if VAGUE.contains(&stem) && (path.is_dir() || is_rust) {
        findings.push(format!("{shown}: `{stem}` says nothing; name the thing"));
    }
    if path.ends_with("Cargo.toml") && !text(path).contains("[lints]\nworkspace = true") {
        findings.push(format!("{shown}: add `[lints]` with `workspace = true`"));
    }
    if is_rust {
        findings.extend(judge_text(&shown.to_string(), &text(path)));
    }
    findings
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn judge_text(shown: &str, text: &str) -> Findings {
    let mut findings = Findings::new();
    let lines = text.lines().count();
    if lines > LONGEST {
        findings.push(format!("{shown}: {lines} lines, at most {LONGEST}: it is more than one thing"));
    }
    if let Some(word) = LEFT_BEHIND.iter().find(|word| text.contains(*word)) {
        findings.push(format!("{shown}: `{word}` marks work left behind; finish it or file it"));
    }
    if !UNCHECKED.contains(&shown) && ALLOWANCES.iter().any(|words| text.contains(words)) {
        findings.push(format!("{shown}: code that the compiler cannot check belongs in one of {UNCHECKED:?}"));
    }
    let root = shown.starts_with("host/") && (shown.ends_with("/src/lib.rs") || shown.ends_with("/src/main.rs"));
    if root && shown != "host/sandbox/src/lib.rs" && !text.contains(FORBIDDEN) {
        findings.push(format!("{shown}: begin with `{FORBIDDEN}`"));
    }
    // A file of tests is for what it lies beside.
    if !text.trim_start().starts_with("//!") && !shown.ends_with("/tests.rs") {
        findings.push(format!("{shown}: begin with a line of `//!` that says what the file is for"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::judge_text;

    #[test]
    fn long_files_left_overs_and_missing_heads_are_found() {
        assert!(judge_text("a.rs", "//! A thing.\nfn main() {}\n").is_empty());
        assert_eq!(judge_text("a.rs", &format!("//! A thing.\n{}", "\n".repeat(400))).len(), 1);
        assert_eq!(judge_text("a.rs", concat!("//! A thing.\n// TO", "DO later\n")).len(), 1);
        assert_eq!(judge_text("a.rs", "fn main() {}\n").len(), 1);
    }

    #[test]
    fn unchecked_code_has_its_place() {
        let text = concat!("//! A thing.\nfn main() { uns", "afe {} }\n");
        assert_eq!(judge_text("host/sandbox/src/cache.rs", text).len(), 1);
        assert!(judge_text("host/sandbox/src/artefact.rs", text).is_empty());
        assert_eq!(judge_text("host/store/src/lib.rs", "//! A thing.\n").len(), 1);
    }
}
