//! Attacks on updates, after the list of The Update Framework, and on the envelope's own words. Each has one test that a
//! check less would fail.

use super::*;
use crate::package::{MAX_ENVELOPE_BYTES, MAX_PACKAGE_BYTES};

/// A statement's text, changed, under a good signature of the trusted key.
fn refusal_of_text(scene: &Scene, change: impl FnOnce(String) -> String) -> TrustError {
    let statement = Statement::about(&unsigned(fixture::package()), scene.expires);
    let payload = change(serde_json::to_string(&statement).expect("json"));
    scene
        .verify(fixture::package(), &Envelope::seal(PAYLOAD_TYPE, payload.as_bytes(), &[&scene.key]))
        .expect_err("refused")
}

#[test]
fn rollback_an_older_release_does_not_come_after_a_newer_one() {
    let mut scene = Scene::new();
    scene.policy.installed.insert(fixture::manifest().id, 8);
    assert!(matches!(scene.refusal(), TrustError::Downgrade { .. }));
    // Nor by a statement that says a higher number than the package it is about.
    let lie = scene.refusal_of(|statement| statement.predicate.sequence = 9);
    assert!(matches!(lie, TrustError::ManifestMismatch { what: "sequence", .. }));
}

#[test]
fn freeze_a_release_that_was_held_back_expires() {
    let mut scene = Scene::new();
    scene.now = at("2027-03-01T00:00:00Z");
    assert!(matches!(scene.refusal(), TrustError::Expired(_)));
}

#[test]
fn mix_and_match_no_part_of_one_release_fits_another() {
    let scene = Scene::new();
    let next = package_of(|manifest| manifest.sequence = 8);
    let of_next = sign(&unsigned(next.clone()), &[&scene.key], scene.expires).expect("signed");
    assert!(matches!(scene.verify(fixture::package(), &of_next), Err(TrustError::SubjectDigest { .. })));
    assert!(matches!(scene.verify(next, &scene.envelope()), Err(TrustError::SubjectDigest { .. })));
    // The signature of one over the payload of the other.
    let spliced = Envelope { signatures: of_next.signatures, ..scene.envelope() };
    assert!(matches!(scene.verify(fixture::package(), &spliced), Err(TrustError::BadSignature(_))));
    let foreign = scene.refusal_of(|statement| statement.predicate.manifest_digest = Digest::from_bytes([3; 32]));
    assert!(matches!(foreign, TrustError::ManifestMismatch { what: "manifest digest", .. }));
}

#[test]
fn wrong_key_each_way_of_being_the_wrong_one() {
    let mut scene = Scene::new();
    let other = SigningKey::generate().expect("a key");
    // Trusted, for somebody else's plugins.
    scene.policy.keys.push(trusted(&other, "globex/*"));
    let by_other = sign(&unsigned(fixture::package()), &[&other], scene.expires).expect("signed");
    let refused = scene.verify(fixture::package(), &by_other);
    assert!(matches!(refused, Err(TrustError::PluginNotCovered { .. })));
    // Trusted, not yet and no longer.
    scene.policy.keys[0].not_before = Some(at("2026-03-02T00:00:00Z"));
    assert!(matches!(scene.refusal(), TrustError::KeyNotYetValid { .. }));
    scene.policy.keys[0].not_before = None;
    scene.policy.keys[0].not_after = Some(scene.now);
    assert!(matches!(scene.refusal(), TrustError::KeyExpired { .. }));
}

#[test]
fn key_id_lies_lead_to_the_key_that_is_named_and_to_no_other() {
    let mut scene = Scene::new();
    let other = SigningKey::generate().expect("a key");
    scene.policy.keys.push(trusted(&other, "acme/*"));
    // Both are trusted for it, and still a signature by the one under the other's name is false.
    let mut envelope = scene.envelope();
    envelope.signatures[0].keyid = other.public().id().to_string();
    assert!(matches!(scene.verify(fixture::package(), &envelope), Err(TrustError::BadSignature(_))));
    // An id is the digest of the key: upper case, the first half and no id at all name nobody.
    let id = scene.key.public().id().to_string();
    for lie in [id.to_uppercase(), id[..32].to_owned(), String::new(), format!("{id} "), format!("SHA256:{id}")] {
        let mut envelope = scene.envelope();
        envelope.signatures[0].keyid = lie.clone();
        assert!(matches!(scene.verify(fixture::package(), &envelope), Err(TrustError::KeyId(_))), "{lie}");
    }
}

#[test]
fn a_key_cannot_stand_under_anothers_id() {
    // The id is not read from anywhere: it follows from the bytes. A policy names keys by their bytes alone.
    let scene = Scene::new();
    let entry = serde_json::to_value(&scene.policy.keys[0]).expect("json");
    assert!(entry.get("id").is_none() && entry.get("public_key").is_some(), "{entry}");
    let mut lying = entry;
    lying["id"] = SigningKey::generate().expect("a key").public().id().to_string().into();
    assert!(serde_json::from_value::<PublisherKey>(lying).is_err());
}

#[test]
fn endless_data_is_read_no_further_than_the_cap() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("demo.wasm");
    std::os::unix::fs::symlink("/dev/zero", &path).expect("a link");
    let endless = UnverifiedPackage::read(&path);
    assert!(matches!(endless, Err(PackageError::TooLarge { max: MAX_PACKAGE_BYTES })));
    std::fs::remove_file(&path).expect("removed");
    std::fs::write(&path, fixture::package()).expect("written");
    std::os::unix::fs::symlink("/dev/zero", UnverifiedPackage::envelope_path(&path)).expect("a link");
    let endless = UnverifiedPackage::read(&path);
    assert!(matches!(endless, Err(PackageError::EnvelopeTooLarge { max: MAX_ENVELOPE_BYTES })));
}

#[test]
fn many_signatures_and_none_and_one_twice_are_refused() {
    let scene = Scene::new();
    let with = |signatures: Vec<EnvelopeSignature>| {
        scene.verify(fixture::package(), &Envelope { signatures, ..scene.envelope() }).expect_err("refused")
    };
    let one = scene.envelope().signatures.remove(0);
    assert!(matches!(with(Vec::new()), TrustError::SignatureCount(0)));
    assert!(matches!(with(vec![one.clone(), one.clone()]), TrustError::SignatureTwice(_)));
    let strangers = (0..9).map(|_| Scene::new().envelope().signatures.remove(0)).collect();
    assert!(matches!(with(strangers), TrustError::SignatureCount(9)));
    let empty = EnvelopeSignature { sig: String::new(), ..one };
    assert!(matches!(with(vec![empty]), TrustError::BadSignature(_)));
}

#[test]
fn algorithm_confusion_has_no_word_to_be_said_with() {
    // Neither the envelope nor the statement can name an algorithm, and a key of another kind is no key.
    let scene = Scene::new();
    for field in [r#""alg":"none""#, r#""scheme":"hmac-sha256""#, r#""cert":"MIIB""#] {
        let text = scene.envelope().to_json().replace("\"sig\":", &format!("{field},\"sig\":"));
        assert!(
            matches!(scene.verify_text(fixture::package(), text.into_bytes()), Err(TrustError::Envelope(_))),
            "{field}"
        );
    }
    // The public key as an HMAC secret, Ed448 and RSA in its place: not read.
    let ed448 = "-----BEGIN PUBLIC KEY-----\nMEMwBQYDK2VxAzoAX9dEm1m0Yf0s54fsYWrUah2hNCSFpw4fig6nXYDpZ3jt8SR2m0bHBhvWeD3x5Q9s0foavq/oJWGA\n-----END PUBLIC KEY-----\n";
    assert!(matches!(PublicKey::from_pem(ed448), Err(KeyError::Public)));
    // Another digest beside the right one counts for nothing, and instead of it is not enough.
    let digests = refusal_of_text(&scene, |text| text.replace("\"sha256\"", "\"sha1\""));
    assert!(matches!(digests, TrustError::Statement(_)));
}

#[test]
fn duplicate_words_in_a_signed_statement_are_refused() {
    let scene = Scene::new();
    for (from, to) in [
        ("\"sequence\":7", "\"sequence\":9,\"sequence\":7"),
        ("\"plugin\":", "\"plugin\":\"acme/other\",\"plugin\":"),
        ("\"sha256\":", "\"sha256\":\"00\",\"sha256\":"),
        ("\"_type\":", "\"_type\":\"x\",\"_type\":"),
        ("\"sequence\":7", "\"sequence\":7,\"floor\":0"),
        ("\"sequence\":7", "\"sequence\":7.0"),
        ("\"sequence\":7", "\"sequence\":18446744073709551616"),
    ] {
        let error = refusal_of_text(&scene, |text| text.replacen(from, to, 1));
        assert!(matches!(error, TrustError::Statement(_)), "{to}: {error}");
    }
}

#[test]
fn an_unknown_payload_type_is_refused_before_its_signature_is_looked_at() {
    let scene = Scene::new();
    for kind in ["", "application/json", "application/vnd.in-toto+json ", "APPLICATION/VND.IN-TOTO+JSON"] {
        let envelope = Envelope { payload_type: kind.to_owned(), ..scene.envelope() };
        assert!(matches!(scene.verify(fixture::package(), &envelope), Err(TrustError::PayloadType(_))), "{kind}");
    }
}
