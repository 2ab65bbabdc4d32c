//! The verification function itself, against vectors of others and against what an attacker would make.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::trust::{KeyError, PublicKey, SigningKey};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vectors {
    number_of_tests: usize,
    test_groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    public_key_pem: String,
    tests: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    tc_id: u32,
    comment: String,
    msg: String,
    sig: String,
    result: String,
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("hex"));
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("hex")).collect()
}

/// A public key of these bytes, as a file would have it.
fn key_of(point: &[u8]) -> Result<PublicKey, KeyError> {
    let der = [&bytes("302a300506032b6570032100")[..], point].concat();
    PublicKey::from_pem(&format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der)))
}

#[test]
fn every_wycheproof_vector_is_judged_as_wycheproof_judges_it() {
    let text = include_bytes!("../../../testdata/wycheproof/ed25519_test.json");
    let vectors: Vectors = serde_json::from_slice(text).expect("the vectors");
    let mut judged = 0;
    for group in &vectors.test_groups {
        let key = PublicKey::from_pem(&group.public_key_pem).expect("a key");
        for case in &group.tests {
            let Case { tc_id, comment, msg, sig, result } = case;
            let verified = key.verifies(&bytes(msg), &bytes(sig));
            assert_eq!(verified, result == "valid", "vector {tc_id} ({comment})");
            judged += 1;
        }
    }
    assert_eq!((judged, vectors.number_of_tests), (151, 151));
}

/// Points of order 1, 2, 4 and 8, in every encoding that some library takes.
const SMALL_ORDER: [&str; 14] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

#[test]
fn a_point_that_anybody_can_sign_for_is_no_key() {
    for point in SMALL_ORDER {
        assert!(key_of(&bytes(point)).is_err(), "{point}");
    }
}

#[test]
fn a_key_has_one_encoding() {
    // y = p + 3 … p + 18 are second spellings of y = 3 … 18, and some of these are points of full order.
    let mut points = 0;
    for low in 3..=18_u8 {
        let mut canonical = [0; 32];
        canonical[0] = low;
        let mut second = [0xff; 32];
        (second[0], second[31]) = (0xed + low, 0x7f);
        points += usize::from(key_of(&canonical).is_ok());
        assert!(key_of(&second).is_err(), "p + {low}");
    }
    assert!(points > 0, "at least one of them would have been a key");
}

#[test]
fn a_signature_has_one_form() {
    let key = SigningKey::generate().expect("a key");
    let good = key.sign(b"a message");
    assert!(key.public().verifies(b"a message", &good));
    // s + L is the same scalar.
    let order = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let (mut second, mut carry) = (good, 0_u16);
    for (byte, add) in second[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
    assert!(!key.public().verifies(b"a message", &second));
    // R of small order, with the scalar that fits it, proves nothing.
    for point in SMALL_ORDER {
        let forged = [&bytes(point)[..], &[0; 32]].concat();
        assert!(!key.public().verifies(b"a message", &forged), "{point}");
    }
    for length in [0, 1, 32, 63] {
        assert!(!key.public().verifies(b"a message", &good[..length]), "{length} bytes");
    }
    assert!(!key.public().verifies(b"a message", &[&good[..], &[0]].concat()));
}
