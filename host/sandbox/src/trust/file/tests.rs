use super::*;
use crate::trust::SigningKey;

fn pem() -> String {
    SigningKey::generate().expect("a key").public().to_pem()
}

fn key(name: &str, pem: &str) -> String {
    format!("[[keys]]\nname = \"{name}\"\nplugins = [\"acme/*\"]\npublic_key = '''\n{pem}'''\n")
}

fn refused(text: &str) -> TrustFileError {
    TrustFile::parse(text.as_bytes()).expect_err("refused")
}

/// The line and the words of a refusal.
#[track_caller]
fn says(text: &str, place: &str, words: &[&str]) {
    let error = refused(text).to_string();
    assert!(error.starts_with(place), "{error}");
    for word in words {
        assert!(error.contains(word), "`{word}` is not in: {error}");
    }
}

#[test]
fn a_trust_file_survives_its_text() {
    let text = format!(
        "sequence = 4\n\n{}not_before = \"2026-01-01T00:00:00Z\"\nnot_after = \"2027-01-01T00:00:00Z\"\n\n\
         [[revoked_keys]]\nid = \"{}\"\nreason = \"stolen\"\n\n\
         [[revoked_packages]]\ndigest = \"{}\"\nreason = \"malware\"\n\n[floors]\n\"acme/git\" = 7\n",
        key("Acme", &pem()),
        "1".repeat(64),
        "2".repeat(64),
    );
    let file = TrustFile::parse(text.as_bytes()).expect("a trust file");
    assert_eq!((file.sequence, file.keys.len(), file.revoked_keys.len(), file.revoked_packages.len()), (4, 1, 1, 1));
    assert_eq!(file.floors.values().copied().collect::<Vec<_>>(), [7]);
    let again = TrustFile::parse(file.to_toml().expect("toml").as_bytes()).expect("a trust file");
    assert_eq!(again, file);
    assert!(TrustFile::parse(b"sequence = 1").is_ok(), "the least of all files");
}

#[test]
fn what_is_not_of_the_form_is_named_with_its_line() {
    says("", "line 1: ", &["sequence"]);
    says("sequence = 1\nfloor = 2\n", "line 2: ", &["floor"]);
    says("sequence = 1\n\n[floors]\n\"acme\" = 2\n", "line 4: ", &[]);
    says("sequence = 1\n[floors]\n\"acme/git\" = -2\n", "line 3: ", &[]);
    says("sequence = 1\n[floors]\n\"acme/git\" = 2\n\"acme/git\" = 3\n", "line 4: ", &["duplicate key"]);
    says("sequence = 1\nsequence = 2\n", "line 2: ", &["duplicate key"]);
    says("sequence = 1\n[[revoked_keys]]\nid = \"12\"\nreason = \"x\"\n", "line 3: ", &["`12` is not a key id"]);
    let half = "sequence = 1\n[[revoked_packages]]\nreason = \"x\"\ndigest = ";
    says(half, "line 4: ", &[]);
    let text = format!("sequence = 1\n\n{}", key("Acme", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"));
    says(&text, "line 6: ", &["not an ed25519 public key"]);
    let text = format!("sequence = 1\n\n{}not_after = \"soon\"\n", key("Acme", &pem()));
    says(&text, "line 11: ", &["`soon` is not an RFC 3339 instant"]);
    assert_eq!(refused("sequence = 1\n#\u{7}").to_string().split(':').next(), Some("line 2"));
    assert_eq!(TrustFile::parse(b"sequence = 1\n#\xff"), Err(TrustFileError::NotText));
}

#[test]
fn an_entry_that_breaks_a_rule_is_named_with_its_line() {
    says("sequence = 0\n", "line 1, `sequence`: ", &["counts from 1"]);
    says("sequence = 1\n[floors]\n\"acme/git\" = 0\n", "line 3, `floors.acme/git`: ", &["counts from 1"]);
    let pem = pem();
    let two = format!("sequence = 1\n{}{}", key("Acme", &pem), key("Acme again", &pem));
    says(&two, "line 10, `keys[1]`: ", &["`keys[0]` already"]);
    let backwards = "not_before = \"2027-01-01T00:00:00Z\"\nnot_after = \"2026-01-01T00:00:00Z\"\n";
    says(&format!("sequence = 1\n{}{backwards}", key("Acme", &pem)), "line 2, `keys[0]`: ", &["is not after"]);
    let nothing = key("Acme", &pem).replace("\"acme/*\"", "");
    says(&format!("sequence = 1\n{nothing}"), "line 2, `keys[0]`: ", &["`plugins` is empty"]);
    says(&format!("sequence = 1\n{}", key(" ", &pem)), "line 2, `keys[0]`: ", &["`name`"]);
    says(&format!("sequence = 1\n{}", key("Ac\\u202eme", &pem)), "line 2, `keys[0]`: ", &["`name`"]);
    let revoked = |id: &str, reason: &str| format!("[[revoked_keys]]\nid = \"{id}\"\nreason = \"{reason}\"\n");
    let one = revoked(&"1".repeat(64), "stolen");
    says(&format!("sequence = 1\n{one}{one}"), "line 5, `revoked_keys[1]`: ", &["`revoked_keys[0]` already"]);
    says(&format!("sequence = 1\n{}", revoked(&"1".repeat(64), "")), "line 2, `revoked_keys[0]`: ", &["`reason`"]);
    let id = crate::trust::PublicKey::from_pem(&pem).expect("a key").id().to_string();
    let both = format!("sequence = 1\n{}{}", key("Acme", &pem), revoked(&id, "stolen"));
    says(&both, "line 2, `keys[0]`: ", &["`revoked_keys`, too"]);
}

#[test]
fn words_have_five_hundred_bytes_and_a_key_an_instant_of_life() {
    let named = |bytes: usize| format!("sequence = 1\n{}", key(&"x".repeat(bytes), &pem()));
    assert!(TrustFile::parse(named(500).as_bytes()).is_ok());
    says(&named(501), "line 2, `keys[0]`: ", &["1 to 500 bytes"]);
    let until = |end: &str| format!("{}not_before = \"2026-01-01T00:00:00Z\"\nnot_after = \"{end}\"\n", named(1));
    assert!(TrustFile::parse(until("2026-01-01T00:00:01Z").as_bytes()).is_ok());
    says(&until("2026-01-01T00:00:00Z"), "line 2, `keys[0]`: ", &["is not after"]);
}

#[test]
fn a_file_over_the_cap_is_not_even_parsed() {
    let text = format!("sequence = 1\n#{}", "x".repeat(1024 * 1024));
    assert_eq!(TrustFile::parse(text.as_bytes()), Err(TrustFileError::TooLarge));
    assert!(TrustFile::parse(&text.as_bytes()[..1024 * 1024]).is_ok(), "it may fill the cap");
    assert_eq!(TrustFile::parse(&text.as_bytes()[..=1024 * 1024]), Err(TrustFileError::TooLarge));
}

#[test]
fn a_file_that_is_cut_off_says_less_and_never_something_else() {
    let text = format!(
        "sequence = 4\n{}[[revoked_packages]]\ndigest = \"{}\"\nreason = \"malware\"\n[floors]\n\"acme/git\" = 71\n",
        key("Acme", &pem()),
        "2".repeat(64),
    );
    let whole = TrustFile::parse(text.as_bytes()).expect("a trust file");
    for end in 0..text.len() {
        let Ok(cut) = TrustFile::parse(&text.as_bytes()[..end]) else { continue };
        assert!(cut.keys.iter().all(|key| whole.keys.contains(key)), "cut at {end}");
        assert!(cut.revoked_packages.iter().all(|one| one.digest == whole.revoked_packages[0].digest), "cut at {end}");
    }
}
