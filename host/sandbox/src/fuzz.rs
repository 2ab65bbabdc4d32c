//! Fuzz targets: what this crate reads that a stranger wrote. Each panics where something does not hold.
//!
//! They exist in tests and under `cargo fuzz` alone. To add one: a function here, a line in the tests below, a file in
//! `tests/fuzz/fuzz_targets` and at least one input in `tests/fuzz/corpus`.

mod records;

use std::str;
use std::sync::LazyLock;

use domain::{Instant, Page, RecordKind};

use crate::fault;
use crate::lower::{self, Bounds};
use crate::package::{Manifest, UnverifiedPackage, fill_defaults, fixture, validate_settings};
use crate::trust::{Envelope, PublisherKey, SigningKey, TrustFile, TrustPolicy, sign, verify};

/// A manifest in either form: one that is accepted survives its canonical form, which has one spelling.
pub fn manifest(data: &[u8]) {
    if let Ok(manifest) = Manifest::from_canonical(data) {
        assert_eq!(manifest.to_canonical().expect("it was read from that form"), data);
    }
    let Some(manifest) = str::from_utf8(data).ok().and_then(|text| Manifest::from_toml(text).ok()) else { return };
    if let Ok(canonical) = manifest.to_canonical() {
        assert_eq!(Manifest::from_canonical(&canonical).expect("its own form"), manifest);
    }
}

/// A schema of settings, a NUL, and settings: filling in defaults makes nothing invalid that was valid.
pub fn settings(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == 0);
    let mut part = || serde_json::from_slice(parts.next()?).ok();
    let (Some(schema), Some(mut settings)) = (part(), part()) else { return };
    let valid = validate_settings(&schema, &settings).is_ok();
    fill_defaults(&schema, &mut settings);
    if valid {
        // A default may break its own schema, which is the author's to mend; a second filling finds nothing to fill.
        let once = settings.clone();
        fill_defaults(&schema, &mut settings);
        assert_eq!(once, settings);
    }
}

/// A package: one that passes the screen reads the same the second time.
pub fn package(data: &[u8]) {
    if let Ok(package) = UnverifiedPackage::from_bytes(data, None) {
        let again = UnverifiedPackage::from_bytes(data, None).expect("it passed before");
        assert_eq!((package.digest(), package.manifest()), (again.digest(), again.manifest()));
        assert!(package.manifest().to_canonical().is_ok());
    }
}

struct Signed {
    package: UnverifiedPackage,
    envelope: Envelope,
    policy: TrustPolicy,
    now: Instant,
}

static SIGNED: LazyLock<Signed> = LazyLock::new(|| {
    let key = SigningKey::generate().expect("a key");
    let package = UnverifiedPackage::from_bytes(fixture::package(), None).expect("a package");
    let now: Instant = "2026-03-01T09:30:00Z".parse().expect("an instant");
    let envelope = sign(&package, &[&key], "2027-03-01T09:30:00Z".parse().expect("an instant")).expect("an envelope");
    let publisher = PublisherKey {
        name: "Acme".to_owned(),
        public_key: key.public(),
        plugins: vec!["acme/*".parse().expect("a pattern")],
        not_before: None,
        not_after: None,
    };
    Signed { package, envelope, policy: TrustPolicy { keys: vec![publisher], ..TrustPolicy::default() }, now }
});

/// An envelope, as it is and as changes to a good one: five bytes each, where (three) and what (two, exchanged for one
/// there). Nothing verifies but what says and signs the same as the good one.
pub fn envelope(data: &[u8]) {
    if let Ok(envelope) = Envelope::parse(data) {
        assert_eq!(Envelope::parse(envelope.to_json().as_bytes()).expect("its own form"), envelope);
        assert!(!verifies(data), "whoever wrote this has no key");
    }
    let mut changed = SIGNED.envelope.to_json().into_bytes();
    for change in data.chunks_exact(4).take(8) {
        let at = u32::from_le_bytes([change[0], change[1], change[2], 0]) as usize % changed.len();
        match change[3] {
            0 => drop(changed.remove(at)),
            1 => changed.insert(at, b'A'),
            bits => changed[at] ^= bits,
        }
    }
    if verifies(&changed) {
        let (good, changed) = (&SIGNED.envelope, Envelope::parse(&changed).expect("it verified"));
        assert_eq!(good.open().expect("good"), changed.open().expect("it verified"));
    }
}

fn verifies(envelope: &[u8]) -> bool {
    let Signed { package, envelope: _, policy, now } = &*SIGNED;
    UnverifiedPackage::from_bytes(package.bytes().clone(), Some(envelope.to_vec()))
        .is_ok_and(|package| verify(package, policy, *now).is_ok())
}

/// A trust file: one that is accepted survives being written, and trusts nothing that it revokes.
pub fn trust(data: &[u8]) {
    let Ok(file) = TrustFile::parse(data) else { return };
    let text = file.to_toml().expect("what was read can be written");
    assert_eq!(TrustFile::parse(text.as_bytes()).expect("its own form"), file);
    assert!(file.keys.iter().all(|key| file.revoked_keys.iter().all(|revoked| revoked.id != key.id())));
    assert!(file.sequence > 0 && file.floors.values().all(|floor| *floor > 0));
}

/// Records by chance: what is accepted keeps every bound.
pub fn lowering(data: &[u8]) {
    let now = "2026-03-01T09:30:00Z".parse().expect("an instant");
    let bounds = Bounds { kinds: RecordKind::ALL, now, records: 64, bytes: 64 * 1024 };
    let raw = records::page(data);
    if let Ok((Page { records, next: _ }, _)) = lower::page(raw, &bounds) {
        assert!(records.len() <= bounds.records as usize);
        for record in &records {
            let shown = format!("{record:?}");
            assert!(shown.len() < 1024 * 1024);
        }
    }
    drop(lower::streams(records::streams(data), RecordKind::ALL));
    lower::failure(records::failure(data));
}

/// A function's name in a trap.
pub fn name(data: &[u8]) {
    let shown = fault::shown(&String::from_utf8_lossy(data));
    assert!(shown.len() <= 256 && !shown.contains(char::is_control), "{shown}");
}

#[cfg(test)]
mod tests {
    use corpus::check;

    #[test]
    fn manifests_settings_and_trust_files_by_chance_are_read_alike_twice() {
        check("manifest", 4_000, super::manifest);
        check("settings", 4_000, super::settings);
        check("trust", 4_000, super::trust);
    }

    #[test]
    fn packages_and_envelopes_by_chance_are_refused_or_what_they_were() {
        check("package", 2_000, super::package);
        check("envelope", 2_000, super::envelope);
    }

    #[test]
    fn records_and_names_by_chance_are_refused_or_within_their_bounds() {
        check("lowering", 8_000, super::lowering);
        check("name", 8_000, super::name);
    }
}
