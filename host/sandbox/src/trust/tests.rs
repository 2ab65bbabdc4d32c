use domain::Capabilities;

use super::envelope::PAYLOAD_TYPE;
use super::statement::{PREDICATE_TYPE, STATEMENT_TYPE, Statement};
use super::*;

mod attacks;
mod flips;
mod lifecycle;
mod vectors;

use crate::package::{Manifest, PackageError, UnverifiedPackage, Warning, assemble, fixture};

/// A publisher, an operator who trusts it, and the present.
struct Scene {
    key: SigningKey,
    policy: TrustPolicy,
    now: Instant,
    expires: Instant,
}

impl Scene {
    fn new() -> Self {
        let key = SigningKey::generate().expect("a key");
        let policy = TrustPolicy { keys: vec![trusted(&key, "acme/*")], ..TrustPolicy::default() };
        Self { key, policy, now: at("2026-03-01T00:00:00Z"), expires: at("2027-03-01T00:00:00Z") }
    }

    fn envelope(&self) -> Envelope {
        sign(&unsigned(fixture::package()), &[&self.key], self.expires).expect("signed")
    }

    fn verify(&self, bytes: Vec<u8>, envelope: &Envelope) -> Result<VerifiedPackage, TrustError> {
        self.verify_text(bytes, envelope.to_json().into_bytes())
    }

    fn verify_text(&self, bytes: Vec<u8>, envelope: Vec<u8>) -> Result<VerifiedPackage, TrustError> {
        let package = UnverifiedPackage::from_bytes(bytes, Some(envelope)).expect("a package");
        verify(package, &self.policy, self.now)
    }

    /// What becomes of the good package under this policy, now.
    fn refusal(&self) -> TrustError {
        self.verify(fixture::package(), &self.envelope()).expect_err("refused")
    }

    /// What becomes of a statement that the trusted key signed, and that says something else.
    fn refusal_of(&self, change: impl FnOnce(&mut Statement)) -> TrustError {
        let mut statement = Statement::about(&unsigned(fixture::package()), self.expires);
        change(&mut statement);
        let payload = serde_json::to_vec(&statement).expect("json");
        let envelope = Envelope::seal(PAYLOAD_TYPE, &payload, &[&self.key]);
        self.verify(fixture::package(), &envelope).expect_err("refused")
    }
}

fn at(text: &str) -> Instant {
    text.parse().expect("an instant")
}

fn unsigned(bytes: Vec<u8>) -> UnverifiedPackage {
    UnverifiedPackage::from_bytes(bytes, None).expect("a package")
}

fn trusted(key: &SigningKey, pattern: &str) -> PublisherKey {
    PublisherKey {
        name: "Acme".to_owned(),
        public_key: key.public(),
        plugins: vec![pattern.parse().expect("a pattern")],
        not_before: None,
        not_after: None,
    }
}

fn revoked() -> Revocation {
    Revocation { at: at("2026-02-01T00:00:00Z"), reason: "stolen".to_owned() }
}

fn package_of(change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
    let mut manifest = fixture::manifest();
    change(&mut manifest);
    assemble(&fixture::component(&[fixture::LOG, fixture::HTTP], &[fixture::SOURCE]), &manifest).expect("a package")
}

#[test]
fn a_signed_package_of_a_trusted_publisher_is_verified() {
    let scene = Scene::new();
    let package = scene.verify(fixture::package(), &scene.envelope()).expect("verified");
    assert_eq!(**package.bytes(), *fixture::package());
    assert_eq!(*package.manifest(), fixture::manifest());
    assert_eq!(package.digest(), unsigned(fixture::package()).digest());
    assert_eq!(package.imports(), [fixture::LOG, fixture::HTTP]);
    assert!(package.warnings().is_empty());
    assert_eq!(package.signer().key, scene.key.public().id());
    assert_eq!(package.signer().expires, scene.expires);
    assert_eq!(Envelope::parse(package.envelope()).expect("an envelope"), scene.envelope());
}

#[test]
fn what_is_odd_about_a_package_is_told_when_it_is_verified_too() {
    let scene = Scene::new();
    let greedy = package_of(|manifest| manifest.capabilities.state = true);
    let envelope = sign(&unsigned(greedy.clone()), &[&scene.key], scene.expires).expect("signed");
    let package = scene.verify(greedy, &envelope).expect("verified");
    assert_eq!(package.warnings(), [Warning::Unused("state")]);
}

#[test]
fn an_unsigned_package_is_refused() {
    let scene = Scene::new();
    assert!(matches!(verify(unsigned(fixture::package()), &scene.policy, scene.now), Err(TrustError::Unsigned)));
}

#[test]
fn a_package_signed_by_a_stranger_is_refused_with_the_strangers_key() {
    let scene = Scene::new();
    let stranger = Scene::new();
    let error = scene.verify(fixture::package(), &stranger.envelope()).expect_err("refused");
    assert!(matches!(error, TrustError::UnknownKey(id) if id == stranger.key.public().id()), "{error}");
}

#[test]
fn a_strangers_signature_under_a_trusted_name_is_refused() {
    let scene = Scene::new();
    let mut envelope = Scene::new().envelope();
    envelope.signatures[0].keyid = scene.key.public().id().to_string();
    assert!(matches!(scene.verify(fixture::package(), &envelope), Err(TrustError::BadSignature(_))));
}

#[test]
fn a_second_signature_by_a_stranger_changes_nothing_and_a_false_one_spoils_all() {
    let mut scene = Scene::new();
    let mut both = scene.envelope();
    both.signatures.insert(0, Scene::new().envelope().signatures.remove(0));
    assert!(scene.verify(fixture::package(), &both).is_ok());
    let second = SigningKey::generate().expect("a key");
    scene.policy.keys.push(trusted(&second, "acme/*"));
    both.signatures[0].keyid = second.public().id().to_string();
    assert!(matches!(scene.verify(fixture::package(), &both), Err(TrustError::BadSignature(_))));
}

#[test]
fn a_signature_made_for_another_context_is_refused() {
    let scene = Scene::new();
    let payload = serde_json::to_vec(&Statement::about(&unsigned(fixture::package()), scene.expires)).expect("json");
    let other = Envelope::seal("application/json", &payload, &[&scene.key]);
    assert!(matches!(scene.verify(fixture::package(), &other), Err(TrustError::PayloadType(_))));
    let relabelled = Envelope { payload_type: PAYLOAD_TYPE.to_owned(), ..other };
    assert!(matches!(scene.verify(fixture::package(), &relabelled), Err(TrustError::BadSignature(_))));
}

#[test]
fn an_envelope_that_is_cut_off_anywhere_is_refused() {
    let scene = Scene::new();
    let good = scene.envelope().to_json().into_bytes();
    for end in 0..good.len() {
        let refused = scene.verify_text(fixture::package(), good[..end].to_vec());
        assert!(matches!(refused, Err(TrustError::Envelope(_))), "cut at {end}");
    }
}

#[test]
fn an_envelope_of_another_package_is_refused() {
    let scene = Scene::new();
    let other = package_of(|manifest| manifest.title = "Other".to_owned());
    assert!(matches!(scene.verify(other, &scene.envelope()), Err(TrustError::SubjectDigest { .. })));
}

#[test]
fn a_swapped_manifest_changes_the_digest_of_the_file() {
    let scene = Scene::new();
    let greedy = package_of(|manifest| manifest.capabilities.state = true);
    assert!(matches!(scene.verify(greedy, &scene.envelope()), Err(TrustError::SubjectDigest { .. })));
}

#[test]
fn a_statement_that_contradicts_the_manifest_is_refused_by_its_word() {
    let scene = Scene::new();
    let mismatch = |error: TrustError| match error {
        TrustError::ManifestMismatch { what, .. } => what,
        other => panic!("{other}"),
    };
    let plugin = scene.refusal_of(|s| s.predicate.plugin = "acme/other".parse().expect("an id"));
    assert_eq!(mismatch(plugin), "the plugin");
    assert_eq!(mismatch(scene.refusal_of(|s| s.predicate.version.major += 1)), "version");
    assert_eq!(mismatch(scene.refusal_of(|s| s.predicate.sequence += 1)), "sequence");
    let digest = scene.refusal_of(|s| s.predicate.manifest_digest = Digest::from_bytes([0; 32]));
    assert_eq!(mismatch(digest), "manifest digest");
}

#[test]
fn a_statement_of_another_kind_is_refused() {
    let scene = Scene::new();
    let kind = scene.refusal_of(|s| s.kind = "https://in-toto.io/Statement/v0.1".to_owned());
    assert!(matches!(kind, TrustError::StatementKind { what: "type", expected: STATEMENT_TYPE, .. }));
    let predicate = scene.refusal_of(|s| s.predicate_type = "https://slsa.dev/provenance/v1".to_owned());
    assert!(matches!(predicate, TrustError::StatementKind { expected: PREDICATE_TYPE, .. }));
    assert!(matches!(scene.refusal_of(|s| s.subject.clear()), TrustError::SubjectCount(0)));
    assert!(matches!(scene.refusal_of(|s| s.subject.extend_from_within(..)), TrustError::SubjectCount(2)));
}

#[test]
fn an_expired_signature_is_refused_from_its_instant_on() {
    let mut scene = Scene::new();
    scene.now = Instant::from_micros(scene.expires.as_micros() - 1);
    assert!(scene.verify(fixture::package(), &scene.envelope()).is_ok());
    scene.now = scene.expires;
    assert!(matches!(scene.refusal(), TrustError::Expired(at) if at == scene.expires));
}

#[test]
fn a_key_counts_between_its_dates_and_until_it_is_revoked() {
    let mut scene = Scene::new();
    scene.policy.keys[0].not_before = Some(at("2026-03-02T00:00:00Z"));
    assert!(matches!(scene.refusal(), TrustError::KeyNotYetValid { .. }));
    scene.now = at("2026-03-02T00:00:00Z");
    assert!(scene.verify(fixture::package(), &scene.envelope()).is_ok());
    scene.policy.keys[0].not_after = Some(scene.now);
    assert!(matches!(scene.refusal(), TrustError::KeyExpired { .. }));
    scene.policy.revoked_keys.insert(scene.key.public().id(), revoked());
    assert!(matches!(scene.refusal(), TrustError::KeyRevoked { .. }));
}

#[test]
fn a_key_that_stands_twice_is_trusted_for_both_and_revoked_for_both() {
    let mut scene = Scene::new();
    scene.policy.keys.insert(0, trusted(&scene.key, "globex/*"));
    assert!(scene.verify(fixture::package(), &scene.envelope()).is_ok());
    scene.policy.revoked_keys.insert(scene.key.public().id(), revoked());
    let error = scene.refusal();
    assert!(error.to_string().contains("was revoked at 2026-02-01T00:00:00Z (stolen)"), "{error}");
}

#[test]
fn a_key_signs_only_the_plugins_it_is_trusted_for() {
    let mut scene = Scene::new();
    scene.policy.keys[0].plugins =
        vec!["acme/other".parse().expect("a pattern"), "globex/*".parse().expect("a pattern")];
    let error = scene.refusal();
    assert!(error.to_string().contains("is trusted for `acme/other`, `globex/*`, not for `acme/demo`"), "{error}");
}

#[test]
fn a_revoked_digest_is_refused() {
    let mut scene = Scene::new();
    scene.policy.revoked_digests.insert(unsigned(fixture::package()).digest(), revoked());
    assert!(matches!(scene.refusal(), TrustError::DigestRevoked { .. }));
}

#[test]
fn a_release_below_the_floor_is_refused() {
    let mut scene = Scene::new();
    let plugin = fixture::manifest().id;
    scene.policy.floors.insert(plugin.clone(), 7);
    assert!(scene.verify(fixture::package(), &scene.envelope()).is_ok());
    scene.policy.floors.insert(plugin, 8);
    assert!(matches!(scene.refusal(), TrustError::BelowFloor { sequence: 7, floor: 8, .. }));
}

#[test]
fn a_package_is_read_with_the_envelope_beside_it() {
    let scene = Scene::new();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("demo.wasm");
    std::fs::write(&path, fixture::package()).expect("written");
    std::fs::write(UnverifiedPackage::envelope_path(&path), scene.envelope().to_json()).expect("written");
    assert!(folder.path().join("demo.wasm.dsse").exists());
    let package = UnverifiedPackage::read(&path).expect("a package");
    assert!(verify(package, &scene.policy, scene.now).is_ok());
}

#[test]
fn nothing_is_signed_that_would_be_refused() {
    let quiet = {
        let mut manifest = fixture::manifest();
        manifest.capabilities = Capabilities::default();
        assemble(&fixture::component(&[fixture::HTTP], &[fixture::SOURCE]), &manifest).expect("assembled")
    };
    assert!(matches!(UnverifiedPackage::from_bytes(quiet, None), Err(PackageError::ImportNotDeclared { .. })));
}

#[test]
fn inspection_tells_what_is_trusted_and_why_not() {
    let mut scene = Scene::new();
    let mut envelope = scene.envelope();
    envelope.signatures.push(Scene::new().envelope().signatures.remove(0));
    let package =
        UnverifiedPackage::from_bytes(fixture::package(), Some(envelope.to_json().into_bytes())).expect("a package");
    let seen = inspect(&package, &scene.policy, scene.now);
    assert_eq!((seen.refusal, seen.not_installable), (None, None));
    assert_eq!(seen.signers[0].name.as_deref(), Some("Acme"));
    assert_eq!(seen.signers[0].refusal, None);
    assert_eq!(seen.signers[1].name, None);
    assert_eq!((seen.size, seen.digest), (fixture::package().len(), package.digest()));

    scene.policy = TrustPolicy::default();
    let seen = inspect(&package, &scene.policy, scene.now);
    assert!(seen.refusal.expect("refused").contains("is not trusted"));
    let seen = inspect(&unsigned(fixture::package()), &scene.policy, scene.now);
    assert!(seen.signers.is_empty() && seen.refusal.expect("refused").contains("not signed"));
}
