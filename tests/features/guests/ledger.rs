//! The ledger: every attack of the threat model that a guest can make, and the guests that make it.
//!
//! A guest's file begins with the attacks that it is: `//! A003, A016: what it does.`, or `;; A003: …` in text; those
//! that do no harm have none. Attacks whose proof is not a guest stand in `tests/guests/elsewhere.toml`, each with
//! the tests that prove it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::Deserialize;
use weighbridge_tests::kit::root;

use super::GUESTS;

/// Guests that do no harm: what the others are measured by.
const HONEST: [&str; 4] = ["honest", "authorised_pages", "steps", "leaps"];

/// Where an attack is proven that is no guest's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Elsewhere {
    /// Why it is no guest's, or not a guest's alone.
    why: String,
    /// `FILE::TEST`, from the repository's root.
    tests: Vec<String>,
    /// What is not proven yet.
    open: Option<String>,
}

/// The attacks of a guest, by the head of its file.
fn attacks(guest: &str) -> Vec<String> {
    let path = |ending| root().join("tests/guests").join(guest).with_extension(ending);
    let text = fs::read_to_string(path("rs")).or_else(|_| fs::read_to_string(path("wat"))).expect("its file");
    let head = text.lines().next().unwrap_or_default().trim_start_matches(['/', '!', ';', ' ']);
    let Some((ids, _)) = head.split_once(": ") else { return Vec::new() };
    ids.split(", ").filter(|id| is_attack(id)).map(str::to_owned).collect()
}

fn is_attack(id: &str) -> bool {
    id.len() == 4 && id.starts_with('A') && id[1..].parse::<u16>().is_ok()
}

#[test]
fn every_attack_has_its_guests_or_its_proof_elsewhere() {
    let mut made: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (guest, ()) in GUESTS {
        let attacks = attacks(guest);
        assert!(HONEST.contains(guest) || !attacks.is_empty(), "`{guest}` does not begin with the attacks that it is");
        attacks.into_iter().for_each(|id| made.entry(id).or_default().push(guest));
    }
    let text = fs::read_to_string(root().join("tests/guests/elsewhere.toml")).expect("the list");
    let elsewhere: BTreeMap<String, Elsewhere> = toml::from_str(&text).expect("a list of attacks");
    for id in (1..=60).map(|number| format!("A{number:03}")) {
        assert!(made.contains_key(&id) || elsewhere.contains_key(&id), "{id} has neither guest nor proof");
    }
    for (id, Elsewhere { why, tests, open }) in &elsewhere {
        assert!(is_attack(id) && !why.is_empty() && (open.is_some() || !tests.is_empty()), "{id}");
        for test in tests {
            let (file, name) = test.split_once("::").expect("`FILE::TEST`");
            let text = fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{id}: {file}: {error}"));
            assert!(text.contains(&format!("fn {name}(")), "{id}: there is no test `{name}` in {file}");
        }
    }
}

/// What proves an attack, as `docs/security.md` says it.
fn proof(id: &str, guests: &[&str], elsewhere: Option<&Elsewhere>) -> String {
    const SHOWN: usize = 4;
    let quoted = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let mut parts = Vec::new();
    if let [guest] = guests {
        parts.push(format!("guest `{guest}`"));
    } else if !guests.is_empty() {
        let more = if guests.len() > SHOWN { ", …" } else { "" };
        parts.push(format!("{} guests: {}{more}", guests.len(), quoted(&guests[..guests.len().min(SHOWN)])));
    }
    if let Some(Elsewhere { tests, open, .. }) = elsewhere {
        let names: Vec<&str> = tests.iter().filter_map(|test| test.split("::").last()).collect();
        parts.extend((!names.is_empty()).then(|| quoted(&names)));
        parts.extend(open.iter().map(|open| format!("open: {open}")));
    }
    assert!(!parts.is_empty(), "{id}");
    parts.join("; ")
}

#[test]
fn the_page_on_security_names_every_attack_with_its_proof() {
    let mut made: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (guest, ()) in GUESTS {
        attacks(guest).into_iter().for_each(|id| made.entry(id).or_default().push(guest));
    }
    made.values_mut().for_each(|guests| guests.sort_unstable());
    let text = fs::read_to_string(root().join("tests/guests/elsewhere.toml")).expect("the list");
    let elsewhere: BTreeMap<String, Elsewhere> = toml::from_str(&text).expect("a list of attacks");
    let page = fs::read_to_string(root().join("docs/security.md")).expect("the page");
    for id in (1..=60).map(|number| format!("A{number:03}")) {
        let row = page.lines().find(|line| line.starts_with(&format!("| {id} |"))).unwrap_or_default();
        let proof = proof(&id, made.get(&id).map_or(&[][..], Vec::as_slice), elsewhere.get(&id));
        assert!(row.ends_with(&format!(" | {proof} |")), "docs/security.md, the row of {id} is to end with: {proof}");
    }
}

#[test]
fn there_are_guests_enough_and_each_in_rust_is_built() {
    let listed = fs::read_to_string(root().join("tests/guests/Cargo.toml")).expect("the guests' manifest");
    let listed: BTreeSet<_> =
        listed.lines().filter_map(|line| line.split("name = \"").nth(1)?.split('"').next()).collect();
    for (guest, ()) in GUESTS {
        let is_rust = root().join("tests/guests").join(guest).with_extension("rs").exists();
        assert!(!is_rust || listed.contains(guest), "the guest `{guest}` is not built");
    }
    assert!(GUESTS.len() > 120, "{}", GUESTS.len());
}
