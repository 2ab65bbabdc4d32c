use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

struct Place {
    root: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir(root.path().join("data")).expect("a folder");
        Self { root }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn load(&self, path: &str) -> Result<HostKey, HostKeyError> {
        HostKey::load(&self.at(path), &self.at("data")).map(|mut keys| keys.remove(0))
    }

    fn create(&self, path: &str) -> Result<HostKey, HostKeyError> {
        HostKey::create(&self.at(path), &self.at("data"))
    }
}

fn words(result: Result<HostKey, HostKeyError>) -> String {
    result.err().expect("a refusal").to_string()
}

#[test]
fn a_created_key_is_its_owners_alone_and_loads_again() {
    let place = Place::new();
    let created = place.create("host.key").expect("a key");
    assert_eq!(fs::metadata(place.at("host.key")).expect("a file").mode() & 0o777, 0o600);
    let loaded = place.load("host.key").expect("a key");
    assert_eq!(created.expose_bytes(), loaded.expose_bytes());
    assert_ne!(created.expose_bytes(), place.create("other.key").expect("a key").expose_bytes());
}

#[test]
fn a_key_is_never_overwritten() {
    let place = Place::new();
    let first = place.create("host.key").expect("a key");
    assert!(words(place.create("host.key")).contains("never overwritten"));
    assert_eq!(first.expose_bytes(), place.load("host.key").expect("a key").expose_bytes());
}

#[test]
fn a_key_file_that_others_can_use_is_refused_with_the_way_out() {
    let place = Place::new();
    place.create("host.key").expect("a key");
    for mode in [0o640, 0o604, 0o660, 0o610, 0o601, 0o644] {
        fs::set_permissions(place.at("host.key"), Permissions::from_mode(mode)).expect("a mode");
        let refusal = words(place.load("host.key"));
        assert!(refusal.contains("chmod 600") && refusal.contains(&format!("{mode:04o}")), "{refusal}");
    }
    fs::set_permissions(place.at("host.key"), Permissions::from_mode(0o400)).expect("a mode");
    assert!(place.load("host.key").is_ok());
}

#[test]
fn a_key_file_inside_the_data_directory_is_refused_by_whatever_way_it_gets_there() {
    let place = Place::new();
    place.create("outside.key").expect("a key");
    fs::copy(place.at("outside.key"), place.at("data/host.key")).expect("a copy");
    symlink(place.at("data/host.key"), place.at("link.key")).expect("a link");
    symlink(place.at("data"), place.at("folder")).expect("a link");
    for path in ["data/host.key", "link.key", "folder/host.key", "data/../data/host.key"] {
        assert!(words(place.load(path)).contains("inside the data directory"), "{path}");
    }
    for path in ["data/new.key", "folder/new.key", "data/../data/new.key"] {
        assert!(words(place.create(path)).contains("inside the data directory"), "{path}");
        assert!(!place.at(path).exists());
    }
}

#[test]
fn a_data_directory_that_does_not_exist_yet_is_kept_clear_as_well() {
    let place = Place::new();
    let create = |path: &str| HostKey::create(&place.at(path), &place.at("later/data"));
    assert!(create("host.key").is_ok());
    assert!(words(create("later/data/host.key")).contains("inside the data directory"));
    assert!(HostKey::create(&place.at("data2"), &place.at("data")).is_ok(), "a name that only begins alike");
}

#[test]
fn what_is_no_key_is_refused_without_being_shown() {
    let place = Place::new();
    assert!(matches!(place.load("missing.key"), Err(HostKeyError::File { .. })));
    fs::create_dir(place.at("folder")).expect("a folder");
    assert!(matches!(place.load("folder"), Err(HostKeyError::NotAFile(_))));
    let half = STANDARD.encode([1; 16]);
    let long = STANDARD.encode([1; 33]);
    for text in ["", "secret words", half.as_str(), long.as_str(), "A".repeat(5_000).as_str()] {
        let error = HostKey::from_lines(text).err().expect("no key");
        assert_eq!(
            error.to_string(),
            "the host key is not one line of base64 with 32 bytes, or two such lines while it is being changed"
        );
    }
    assert!(HostKey::from_base64(&format!("{}\n", STANDARD.encode([1; 32]))).is_ok());
}

#[test]
fn the_check_value_knows_its_key_and_no_other() {
    let key = HostKey::from_bytes(&[1; 32]);
    let check = *key.check().as_bytes();
    assert!(key.check().matches(&check));
    assert!(!HostKey::from_bytes(&[2; 32]).check().matches(&check));
    assert!(!key.check().matches(&check[..15]) && !key.check().matches(&[]));
}

#[test]
fn a_key_file_inside_a_backup_is_refused() {
    let place = Place::new();
    place.create("outside.key").expect("a key");
    fs::create_dir_all(place.at("backup/workspaces")).expect("a folder");
    fs::write(place.at("backup").join(BACKUP_MANIFEST), "{}").expect("written");
    for path in ["backup/host.key", "backup/workspaces/host.key"] {
        fs::copy(place.at("outside.key"), place.at(path)).expect("a copy");
        assert!(words(place.load(path)).contains("inside the backup"), "{path}");
    }
    assert!(words(place.create("backup/new.key")).contains("inside the backup"));
    symlink(place.at("backup/host.key"), place.at("link.key")).expect("a link");
    assert!(words(place.load("link.key")).contains("inside the backup"));
    assert!(place.load("outside.key").is_ok(), "beside a backup");
}

#[test]
fn a_file_holds_two_keys_while_the_key_is_being_changed_and_never_half_of_one() {
    let place = Place::new();
    let (old, new) = (place.create("host.key").expect("a key"), place.create("next.key").expect("a key"));
    let file = place.at("host.key");
    let load = || HostKey::load(&file, &place.at("data")).expect("keys");
    let bytes = |keys: &[HostKey]| keys.iter().map(|key| *key.expose_bytes()).collect::<Vec<_>>();
    fs::write(place.at("host.key.partial"), "what a killed process left").expect("written");
    HostKey::replace(&file, &place.at("data"), &[&old, &new]).expect("written");
    assert_eq!(bytes(&load()), [*old.expose_bytes(), *new.expose_bytes()]);
    HostKey::replace(&file, &place.at("data"), &[&new]).expect("written");
    assert_eq!(bytes(&load()), [*new.expose_bytes()]);
    assert_eq!(fs::metadata(&file).expect("a file").mode() & 0o777, 0o600);
    assert!(!place.at("host.key.partial").exists());
    let one = STANDARD.encode([1; 32]);
    assert!(HostKey::from_lines(&format!("{one}\n{one}\n{one}\n")).is_err(), "three");
    assert!(HostKey::replace(&place.at("data/host.key"), &place.at("data"), &[&new]).is_err());
}
