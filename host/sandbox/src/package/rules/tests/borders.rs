//! Each border, held from both sides.

use super::*;

fn is_fine(change: impl FnOnce(&mut Manifest)) -> bool {
    let mut manifest = fixture::manifest();
    change(&mut manifest);
    manifest.to_canonical().is_ok()
}

#[test]
fn a_manifest_may_fill_its_size() {
    let padded = |bytes: usize| format!("{}# {}", fixture::TOML, "x".repeat(bytes - fixture::TOML.len() - 2));
    assert!(Manifest::from_toml(&padded(65_536)).is_ok());
    let error = Manifest::from_toml(&padded(65_537));
    assert!(matches!(error, Err(ManifestError::TooLarge { bytes: 65_537, max: 65_536 })), "{error:?}");
}

#[test]
fn a_sequence_fits_the_store() {
    assert!(is_fine(|m| m.sequence = 1) && is_fine(|m| m.sequence = i64::MAX.unsigned_abs()));
    assert!(!is_fine(|m| m.sequence = i64::MAX.unsigned_abs() + 1));
}

#[test]
fn texts_may_fill_their_length_in_bytes() {
    for (longest, set) in [
        (128, (|m, text| m.title = text) as fn(&mut Manifest, String)),
        (128, |m, text| m.license = text),
        (2048, |m, text| m.description = text),
    ] {
        assert!(is_fine(|m| set(m, "x".to_owned())) && is_fine(|m| set(m, "x".repeat(longest))), "{longest}");
        assert!(!is_fine(|m| set(m, "x".repeat(longest + 1))), "{longest}");
        assert!(!is_fine(|m| set(m, "é".repeat(longest / 2 + 1))), "{longest}: bytes and not characters");
    }
    assert!(is_fine(|m| m.description = "two\nlines".to_owned()));
}

#[test]
fn a_homepage_is_a_url_of_so_many_bytes() {
    let page = |url: String| is_fine(|m| m.homepage = Some(url));
    let long = |bytes: usize| format!("https://{}", "x".repeat(bytes - 8));
    assert!(page("https://example.com/a?b#c".to_owned()) && page(long(512)));
    assert!(!page(long(513)));
    assert!(!page("https://example.com/é".to_owned()) && !page("https://.example.com".to_owned()));
}

#[test]
fn host_names_may_fill_their_labels_and_their_length() {
    let label = "a".repeat(63);
    let whole = format!("{label}.{label}.{label}.{}.de", "b".repeat(58));
    assert_eq!(whole.len(), 253);
    assert!(is_exact_host(&whole) && is_exact_host(&format!("{label}.de")));
    assert!(!is_exact_host(&format!("b{whole}")) && !is_exact_host(&format!("a{label}.de")));
    assert!(!is_exact_host("a.1b") && is_exact_host("1.b2"), "what ends in a number may be an address");
}

#[test]
fn paths_rules_and_slots_may_be_as_many_and_as_long_as_they_may_be() {
    let path = |bytes: usize| is_fine(|m| m.capabilities.http[0].path = format!("/{}", "x".repeat(bytes - 1)));
    assert!(path(1024) && !path(1025));
    assert!(is_fine(|m| m.capabilities.http[0].path = "/.a/b..".to_owned()), "dots that are no step");
    let rules = |count: usize| is_fine(|m| m.capabilities.http = vec![m.capabilities.http[0].clone(); count]);
    assert!(rules(64) && !rules(65));
    let slots = |count: usize| {
        is_fine(|m| {
            let slot = |index: usize| AuthSlot { name: format!("slot-{index}"), ..m.capabilities.auth[0].clone() };
            m.capabilities.auth = (0..count).map(slot).collect();
        })
    };
    assert!(slots(8) && !slots(9));
}

#[test]
fn a_slot_is_named_in_so_many_plain_letters() {
    let named = |name: &str| is_fine(|m| m.capabilities.auth[0].name = name.to_owned());
    assert!(named("a") && named("2") && named("-") && named(&"a".repeat(32)));
    for name in ["", "A", "a_b", "ä", &"a".repeat(33)] {
        assert!(!named(name), "{name}");
    }
}

#[test]
fn a_header_of_a_slot_is_one_that_can_carry_a_credential() {
    let header = |name: &str| is_fine(|m| m.capabilities.auth[0].scheme = AuthScheme::Header(name.to_owned()));
    for name in ["a", "X-Api-Key", "x_key", "2fa", &"a".repeat(64)] {
        assert!(header(name), "{name}");
    }
    for name in ["", "x.key", "proxy-x", "TE", &"a".repeat(65)] {
        assert!(!header(name), "{name}");
    }
}

#[test]
fn no_host_of_a_slot_is_named_twice_and_no_method_of_a_rule() {
    let hosts = |names: &[&str]| {
        is_fine(|m| {
            let other = HttpRule { host: "b.example".to_owned(), ..m.capabilities.http[0].clone() };
            m.capabilities.http.push(other);
            m.capabilities.auth[0].hosts = names.iter().map(|&name| name.to_owned()).collect();
        })
    };
    let ours = "api.example.com";
    assert!(hosts(&[ours]) && hosts(&[ours, "b.example"]));
    assert!(!hosts(&[ours, ours]) && !hosts(&["b.example", ours, "b.example"]));
    let methods = |names: &[&str]| {
        is_fine(|m| m.capabilities.http[0].methods = names.iter().map(|&name| name.to_owned()).collect())
    };
    assert!(methods(&["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]) && !methods(&["POST", "GET", "POST"]));
}

#[test]
fn a_budget_may_be_the_ceiling_in_every_part_and_none_in_those_that_are_not_vital() {
    for kind in BudgetKind::ALL {
        let ceiling = u64::from(Budget::CEILING.get(*kind));
        let asks = |amount: u64| {
            let mut text = serde_json::to_value(Budget::default()).expect("JSON");
            text[kind.name()] = amount.into();
            serde_json::from_value(text).is_ok_and(|budget| is_fine(|m| m.budget = budget))
        };
        assert!(asks(ceiling) && !asks(ceiling + 1), "{}", kind.name());
        assert_eq!(asks(0), !kind.is_vital(), "{}", kind.name());
    }
}

#[test]
fn what_is_no_connector_has_neither_kinds_nor_capabilities() {
    let analyzer = |kinds: bool, capabilities: bool| {
        is_fine(|m| {
            m.world = World::ContentAnalyzer;
            if !kinds {
                m.kinds.clear();
            }
            if !capabilities {
                m.capabilities = Capabilities::default();
            }
        })
    };
    assert_eq!([(false, false), (true, false), (false, true)].map(|(k, c)| analyzer(k, c)), [true, false, false]);
    assert!(is_fine(|m| m.capabilities.content = true) && is_fine(|m| m.capabilities = Capabilities::default()));
}
