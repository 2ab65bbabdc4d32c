mod borders;

use std::net::{Ipv4Addr, Ipv6Addr};

use domain::RecordKind;
use proptest::prelude::*;

use super::*;
use crate::package::{NotInstallable, Profile, fixture};

fn error_of(change: impl FnOnce(&mut Manifest)) -> ManifestError {
    let mut manifest = fixture::manifest();
    change(&mut manifest);
    manifest.to_canonical().expect_err("refused")
}

fn host_error(host: &str) -> ManifestError {
    error_of(|manifest| manifest.capabilities.http[0].host = host.to_owned())
}

#[test]
fn the_authors_form_and_the_packages_form_are_the_same_manifest() {
    let manifest = fixture::manifest();
    let canonical = manifest.to_canonical().expect("a manifest");
    assert_eq!(Manifest::from_canonical(&canonical).expect("the manifest"), manifest);
    assert_eq!(manifest.budget, Budget { cpu_ms: 4000, ..Budget::default() });
    assert!(canonical.starts_with(br#"{"budget":{"#));
}

#[test]
fn errors_of_the_authors_form_have_line_and_column() {
    for (text, place) in [
        (fixture::TOML.replace("sequence = 7", "sequence = \"7\""), "line 4, column 12"),
        (fixture::TOML.replace("title = \"Demo\"", "titel = \"Demo\""), "line 5, column 1"),
        (fixture::TOML.replace("kinds = [", "kinds = [\"planet\", "), "line 7, column 10"),
        (fixture::TOML.replace("cpu_ms = 4000", "cpu_ms = 4000\ncpu_ms = 1"), "line 21, column 1"),
    ] {
        let Err(ManifestError::Toml(error)) = Manifest::from_toml(&text) else { panic!("refused:\n{text}") };
        assert!(error.to_string().contains(place), "{place}: {error}");
    }
}

#[test]
fn what_identifies_a_release_is_stated_by_its_author() {
    for line in ["id = \"acme/demo\"", "version = \"1.2.0\"", "sequence = 7", "license = \"Apache-2.0\""] {
        let text = fixture::TOML.replace(line, "");
        assert!(matches!(Manifest::from_toml(&text), Err(ManifestError::Toml(_))), "{line}");
    }
    assert!(matches!(error_of(|manifest| manifest.sequence = 0), ManifestError::Sequence));
    assert!(matches!(error_of(|manifest| manifest.sequence = u64::MAX), ManifestError::Sequence));
    let built = error_of(|manifest| manifest.version = "1.0.0+5".parse().expect("a version"));
    assert!(matches!(built, ManifestError::VersionBuild(_)));
}

#[test]
fn a_manifest_over_its_size_is_refused_before_it_is_parsed() {
    let long = format!("{}\n# {}", fixture::TOML, "x".repeat(Manifest::MAX_BYTES));
    assert!(matches!(Manifest::from_toml(&long), Err(ManifestError::TooLarge { .. })));
    assert!(matches!(Manifest::from_canonical(long.as_bytes()), Err(ManifestError::TooLarge { .. })));
}

#[test]
fn deep_nesting_is_refused_without_overflow() {
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    assert!(matches!(Manifest::from_canonical(deep.as_bytes()), Err(ManifestError::Json(_))));
    assert!(matches!(Manifest::from_toml(&format!("settings = {deep}")), Err(ManifestError::Toml(_))));
}

#[test]
fn texts_are_bounded_and_plain() {
    assert!(matches!(error_of(|m| m.title.clear()), ManifestError::Text { field: "title", .. }));
    assert!(matches!(error_of(|m| m.title = "a\u{1b}[2J".to_owned()), ManifestError::Text { field: "title", .. }));
    for deceptive in ["a\nb", "a\u{202e}b", "a\u{200b}b"] {
        assert!(matches!(error_of(|m| m.title = deceptive.to_owned()), ManifestError::Text { field: "title", .. }));
        assert!(matches!(error_of(|m| m.license = deceptive.to_owned()), ManifestError::Text { field: "license", .. }));
    }
    let reversed = error_of(|m| m.description = "two\nlines\u{202e}".to_owned());
    assert!(matches!(reversed, ManifestError::Text { field: "description", .. }));
    assert!(matches!(error_of(|m| m.description = "x".repeat(2049)), ManifestError::Text { field: "description", .. }));
    assert!(matches!(error_of(|m| m.license.clear()), ManifestError::Text { field: "license", .. }));
    for url in ["http://example.com", "javascript:alert(1)", "https://", "https://a b", "https:///x"] {
        assert!(matches!(error_of(|m| m.homepage = Some(url.to_owned())), ManifestError::Homepage), "{url}");
    }
}

#[test]
fn hosts_are_exact_names() {
    for host in [
        "*",
        "*.example.com",
        "api.*",
        "Api.example.com",
        "api.example.com.",
        ".example.com",
        "api..example.com",
        "example",
        "com",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.0x1",
        "0x7f000001",
        "[::1]",
        "::1",
        "api.example.com:443",
        "user@api.example.com",
        "api.example.com/x",
        "api example.com",
        "-api.example.com",
        "api-.example.com",
        "api_x.example.com",
        "gіthub.com",
        "",
        "https://api.example.com",
        "local host",
        "LOCALHOST",
        "a.1",
    ] {
        assert!(matches!(host_error(host), ManifestError::Host { index: 0, .. }), "{host}");
    }
    assert!(matches!(host_error(&format!("{}.example.com", "a".repeat(64))), ManifestError::Host { .. }));
    for host in ["api.github.com", "localhost", "gitlab.internal", "xn--bcher-kva.example", "a.b.c.d-e.io"] {
        assert!(is_exact_host(host), "{host}");
    }
}

#[test]
fn only_localhost_is_asked_without_tls() {
    assert!(matches!(
        error_of(|m| m.capabilities.http[0].scheme = Scheme::Http),
        ManifestError::PlainHttp { index: 0 }
    ));
    let mut manifest = fixture::manifest();
    manifest.capabilities.auth.clear();
    manifest.capabilities.http[0].scheme = Scheme::Http;
    manifest.capabilities.http[0].host = "localhost".to_owned();
    manifest.to_canonical().expect("allowed");
}

#[test]
fn rules_name_a_port_known_methods_and_a_plain_path() {
    assert!(matches!(error_of(|m| m.capabilities.http[0].port = 0), ManifestError::Port { index: 0 }));
    for methods in [vec![], vec!["get"], vec!["CONNECT"], vec!["GET", "GET"], vec!["*"]] {
        let error = error_of(|m| m.capabilities.http[0].methods = methods.iter().map(ToString::to_string).collect());
        assert!(matches!(error, ManifestError::Methods { index: 0, .. }), "{methods:?}");
    }
    for path in ["", "v1", "/v1/../x", "/v1//x", "/%2e%2e/", "/v1?x", "/v1#x", "/v 1", "/v1\\x", "/./x"] {
        let error = error_of(|m| m.capabilities.http[0].path = path.to_owned());
        assert!(matches!(error, ManifestError::Path { index: 0, .. }), "{path}");
    }
    let many = error_of(|m| m.capabilities.http = vec![m.capabilities.http[0].clone(); 65]);
    assert!(matches!(many, ManifestError::TooMany { count: 65, max: 64, .. }));
}

#[test]
fn credentials_belong_to_hosts_that_have_a_rule() {
    let elsewhere = error_of(|m| m.capabilities.auth[0].hosts = vec!["other.example.com".to_owned()]);
    assert!(matches!(elsewhere, ManifestError::SlotHost { index: 0, .. }));
    assert!(matches!(error_of(|m| m.capabilities.auth[0].hosts.clear()), ManifestError::SlotHosts { index: 0 }));
    let twice = error_of(|m| m.capabilities.auth = vec![m.capabilities.auth[0].clone(); 2]);
    assert!(matches!(twice, ManifestError::SlotName { index: 1, .. }));
    assert!(matches!(error_of(|m| m.capabilities.auth[0].name = "To Ken".to_owned()), ManifestError::SlotName { .. }));
    for header in ["Host", "cookie", "Proxy-Authorization", "Transfer-Encoding", "X Key", "X:Key", ""] {
        let error = error_of(|m| m.capabilities.auth[0].scheme = AuthScheme::Header(header.to_owned()));
        assert!(matches!(error, ManifestError::SlotHeader { .. }), "{header}");
    }
}

#[test]
fn content_is_fetched_by_the_rules_of_http() {
    let error = error_of(|m| m.capabilities = Capabilities { content: true, ..Default::default() });
    assert!(matches!(error, ManifestError::ContentWithoutHttp));
}

#[test]
fn a_budget_over_the_ceiling_is_refused_by_its_part() {
    let over = error_of(|m| m.budget.bytes_in = Budget::CEILING.bytes_in + 1);
    assert!(matches!(over, ManifestError::BudgetOver { part: "bytes_in", .. }));
    assert!(matches!(error_of(|m| m.budget.wall_ms = 0), ManifestError::BudgetZero { part: "wall_ms" }));
    let mut manifest = fixture::manifest();
    manifest.budget = Budget::CEILING;
    manifest.to_canonical().expect("the ceiling itself can be asked for");
}

#[test]
fn kinds_are_named_once_and_only_by_connectors() {
    assert!(matches!(error_of(|m| m.kinds.clear()), ManifestError::NoKinds));
    assert!(matches!(error_of(|m| m.kinds.push(RecordKind::Commit)), ManifestError::KindTwice(RecordKind::Commit)));
    let analyzer = error_of(|m| m.world = World::ContentAnalyzer);
    assert!(matches!(analyzer, ManifestError::NotForWorld { field: "kinds", .. }));
}

#[test]
fn what_a_later_host_may_run_is_read_and_not_installed() {
    assert_eq!(fixture::manifest().check_installable(), Ok(()));
    let later = |change: fn(&mut Manifest)| {
        let mut manifest = fixture::manifest();
        change(&mut manifest);
        let read = Manifest::from_canonical(&manifest.to_canonical().expect("a manifest")).expect("read");
        read.check_installable().expect_err("not installable")
    };
    assert_eq!(later(|m| m.world = World::ConnectorWithWebhook), NotInstallable::World("connector-with-webhook"));
    assert_eq!(later(|m| m.profile = Profile::InertWasi), NotInstallable::Profile);
    assert_eq!(later(|m| m.kinds = vec![RecordKind::Scan]), NotInstallable::Kind(RecordKind::Scan));
}

proptest! {
    #[test]
    fn no_spelling_of_an_address_is_a_host(address: u32, wide: u128) {
        let spellings = [
            Ipv4Addr::from(address).to_string(),
            address.to_string(),
            format!("{address:#x}"),
            format!("{}.{:#x}", address >> 24, address & 0xff_ffff),
            Ipv6Addr::from(wide).to_string(),
        ];
        for spelling in spellings {
            prop_assert!(!is_exact_host(&spelling), "{}", spelling);
        }
    }

    #[test]
    fn canonical_bytes_are_read_back_as_they_were(
        title in "[a-zA-Zäß \"\\\\/{}]{1,40}", sequence in 1..i64::MAX as u64, memory in 1..=Budget::CEILING.memory_bytes,
    ) {
        let mut manifest = fixture::manifest();
        (manifest.title, manifest.sequence, manifest.budget.memory_bytes) = (title, sequence, memory);
        let bytes = manifest.to_canonical().expect("a manifest");
        let again = Manifest::from_canonical(&bytes).expect("the manifest");
        prop_assert_eq!(&again, &manifest);
        prop_assert_eq!(again.to_canonical().expect("a manifest"), bytes);
    }
}
