//! Keys come, overlap and go; what was installed goes on, unless it is taken back.

use super::*;

/// What the host noted when it installed the good package.
fn installed(package: &VerifiedPackage, at: Instant) -> impl Fn(&TrustPolicy) -> Result<(), TrustError> + use<> {
    let (plugin, sequence) = (package.manifest().id.clone(), package.manifest().sequence);
    let (digest, signer) = (package.digest(), package.signer().key);
    move |policy| policy.permits(&Installation { plugin: &plugin, sequence, digest, signer, at })
}

/// An older key that ends in June, and a newer one that begins in May.
fn rotation() -> (Scene, SigningKey) {
    let mut scene = Scene::new();
    let newer = SigningKey::generate().expect("a key");
    scene.policy.keys[0].not_after = Some(at("2026-06-01T00:00:00Z"));
    let entry = PublisherKey { not_before: Some(at("2026-05-01T00:00:00Z")), ..trusted(&newer, "acme/*") };
    scene.policy.keys.push(entry);
    (scene, newer)
}

fn signed_by(scene: &Scene, keys: &[&SigningKey]) -> Envelope {
    sign(&unsigned(fixture::package()), keys, scene.expires).expect("signed")
}

#[test]
fn both_keys_install_while_they_overlap_and_one_of_them_before_and_after() {
    let (mut scene, newer) = rotation();
    let (old, new) = (signed_by(&scene, &[&scene.key]), signed_by(&scene, &[&newer]));
    let installs = |scene: &Scene, envelope: &Envelope| scene.verify(fixture::package(), envelope).is_ok();
    for (now, with_old, with_new) in [
        ("2026-04-30T23:59:59Z", true, false),
        ("2026-05-01T00:00:00Z", true, true),
        ("2026-05-31T23:59:59Z", true, true),
        ("2026-06-01T00:00:00Z", false, true),
    ] {
        scene.now = at(now);
        assert_eq!((installs(&scene, &old), installs(&scene, &new)), (with_old, with_new), "{now}");
    }
}

#[test]
fn a_package_of_both_keys_installs_at_any_time_and_names_the_key_that_lasts() {
    let (mut scene, newer) = rotation();
    let (old, new) = (scene.key.public().id(), newer.public().id());
    for keys in [[&scene.key, &newer], [&newer, &scene.key]] {
        let both = signed_by(&scene, &keys);
        assert_eq!(both.signatures.len(), 2);
        for (now, named) in
            [("2026-04-01T00:00:00Z", old), ("2026-05-15T00:00:00Z", new), ("2026-07-01T00:00:00Z", new)]
        {
            let at = at(now);
            let package = UnverifiedPackage::from_bytes(fixture::package(), Some(both.to_json().into_bytes()));
            let verified = verify(package.expect("a package"), &scene.policy, at).expect("verified");
            assert_eq!(verified.signer().key, named, "{now}");
        }
    }
    // One of the two is enough also where the other was revoked.
    scene.now = at("2026-05-15T00:00:00Z");
    let both = signed_by(&scene, &[&scene.key, &newer]);
    scene.policy.revoked_keys.insert(new, revoked());
    assert_eq!(scene.verify(fixture::package(), &both).expect("verified").signer().key, old);
    scene.policy.revoked_keys.insert(old, revoked());
    assert!(matches!(scene.verify(fixture::package(), &both), Err(TrustError::KeyRevoked { .. })));
}

#[test]
fn a_second_publisher_key_signs_what_the_first_one_signed() {
    let (scene, newer) = rotation();
    let first = signed_by(&scene, &[&scene.key]);
    let beside = |envelope: &Envelope| {
        UnverifiedPackage::from_bytes(fixture::package(), Some(envelope.to_json().into_bytes())).expect("a package")
    };
    let both = sign_also(&beside(&first), &[&newer]).expect("signed");
    assert_eq!(both, signed_by(&scene, &[&scene.key, &newer]));
    assert_eq!(sign_also(&beside(&both), &[&newer]).expect("signed"), both, "a key signs once");
    assert!(matches!(
        sign_also(&unsigned(fixture::package()), &[&newer]),
        Err(SignError::Beside(TrustError::Unsigned))
    ));
    let other = unsigned(package_of(|manifest| manifest.title = "Other".to_owned()));
    let foreign = UnverifiedPackage::from_bytes(other.bytes().clone(), Some(first.to_json().into_bytes()));
    let refused = sign_also(&foreign.expect("a package"), &[&newer]);
    assert!(matches!(refused, Err(SignError::Beside(TrustError::SubjectDigest { .. }))));
}

#[test]
fn what_was_installed_outlives_the_dates_of_its_key_and_of_its_signature() {
    let (scene, _) = rotation();
    let package = scene.verify(fixture::package(), &scene.envelope()).expect("verified");
    assert_eq!(package.signer().key_until, Some(at("2026-06-01T00:00:00Z")));
    assert!(installed(&package, scene.now)(&scene.policy).is_ok());
    // Loaded again years later, when key and signature have both ended.
    let again = UnverifiedPackage::from_bytes(fixture::package(), Some(scene.envelope().to_json().into_bytes()));
    assert!(verify_installed(again.expect("a package"), &scene.policy, scene.now).is_ok());
    // A key whose end is put before the install says that it was not to be trusted then.
    let mut earlier = scene.policy.clone();
    earlier.keys[0].not_after = Some(at("2026-02-01T00:00:00Z"));
    assert!(matches!(installed(&package, scene.now)(&earlier), Err(TrustError::KeyExpired { .. })));
}

#[test]
fn what_is_taken_back_stops_an_installed_package_at_its_next_call() {
    let scene = Scene::new();
    let package = scene.verify(fixture::package(), &scene.envelope()).expect("verified");
    let permitted = installed(&package, scene.now);
    assert!(permitted(&scene.policy).is_ok());
    let without = |change: fn(&mut TrustPolicy, &VerifiedPackage)| {
        let mut policy = scene.policy.clone();
        change(&mut policy, &package);
        permitted(&policy).expect_err("not permitted")
    };
    let key = without(|policy, package| policy.revoked_keys.extend([(package.signer().key, revoked())]));
    assert!(matches!(key, TrustError::KeyRevoked { .. }));
    let digest = without(|policy, package| policy.revoked_digests.extend([(package.digest(), revoked())]));
    assert!(matches!(digest, TrustError::DigestRevoked { .. }));
    let floor = without(|policy, package| policy.floors.extend([(package.manifest().id.clone(), 8)]));
    assert!(matches!(floor, TrustError::BelowFloor { .. }));
    let narrowed = without(|policy, _| policy.keys[0].plugins = vec!["acme/other".parse().expect("a pattern")]);
    assert!(matches!(narrowed, TrustError::PluginNotCovered { .. }));
    assert!(matches!(without(|policy, _| policy.keys.clear()), TrustError::UnknownKey(_)));
}

#[test]
fn what_was_installed_before_is_a_floor_for_installs_and_not_for_going_back() {
    let mut scene = Scene::new();
    let package = scene.verify(fixture::package(), &scene.envelope()).expect("verified");
    scene.policy.installed.insert(fixture::manifest().id, 7);
    assert!(scene.verify(fixture::package(), &scene.envelope()).is_ok(), "the same again");
    scene.policy.installed.insert(fixture::manifest().id, 8);
    assert!(matches!(scene.refusal(), TrustError::Downgrade { sequence: 7, highest: 8, .. }));
    let again = UnverifiedPackage::from_bytes(fixture::package(), Some(scene.envelope().to_json().into_bytes()));
    assert!(verify_installed(again.expect("a package"), &scene.policy, scene.now).is_ok());
    assert!(installed(&package, scene.now)(&scene.policy).is_ok());
}

#[test]
fn the_expiry_of_an_installed_packages_signature_can_be_shown() {
    let scene = Scene::new();
    assert_eq!(find_expiry(scene.envelope().to_json().as_bytes()), Some(scene.expires));
    assert_eq!(find_expiry(b"{}"), None);
}

#[test]
fn of_two_entries_for_one_key_that_which_lasts_longer_counts_and_of_equals_the_first() {
    let mut scene = Scene::new();
    let (june, july) = (Some("2026-06-01T00:00:00Z"), Some("2026-07-01T00:00:00Z"));
    for (first, second, named) in [
        (june, july, "second"),
        (july, june, "first"),
        (june, june, "first"),
        (june, None, "second"),
        (None, june, "first"),
        (None, None, "first"),
    ] {
        let entry = |name: &str, until: Option<&str>| PublisherKey {
            name: name.to_owned(),
            not_after: until.map(at),
            ..trusted(&scene.key, "acme/*")
        };
        scene.policy.keys = vec![entry("first", first), entry("second", second)];
        let package = scene.verify(fixture::package(), &scene.envelope()).expect("verified");
        assert_eq!(package.signer().name, named, "{first:?} {second:?}");
    }
}
