use std::collections::HashSet;

use super::*;

fn token() -> PlainToken {
    PlainToken::generate().expect("randomness")
}

fn error(text: &str) -> TokenError {
    PlainToken::parse(text).err().expect("no token")
}

#[test]
fn a_token_is_of_its_form_and_parses_again() {
    for _ in 0..1_000 {
        let token = token();
        assert_eq!(token.expose().len(), 53);
        let parsed = PlainToken::parse(token.expose()).expect("a token");
        assert!(parsed.hash().matches(&token.hash()));
    }
}

#[test]
fn every_wrong_character_is_found_by_the_checksum() {
    let token = token();
    for index in PREFIX.len()..LENGTH {
        for wrong in BASE62.iter().filter(|byte| **byte != token.expose().as_bytes()[index]) {
            let mut text = token.expose().to_owned();
            text.replace_range(index..=index, &char::from(*wrong).to_string());
            assert_eq!(error(&text), TokenError::Checksum, "{index}");
        }
    }
}

#[test]
fn what_is_no_token_is_refused_by_its_first_fault_and_not_repeated() {
    let token = token();
    let text = token.expose();
    assert_eq!(error(""), TokenError::Prefix);
    assert_eq!(error(&text[1..]), TokenError::Prefix);
    assert_eq!(error(&text.to_uppercase()), TokenError::Prefix);
    assert_eq!(error(&text[..52]), TokenError::Length(52));
    assert_eq!(error(&format!("{text}0")), TokenError::Length(54));
    for odd in [format!("{text} "), format!(" {text}").replacen(' ', "wbt_ ", 1), text.replace(&text[20..22], "é")] {
        assert_eq!(error(&odd), TokenError::Character);
        assert!(!error(&odd).to_string().contains(&text[4..12]));
    }
}

#[test]
fn a_hash_is_the_sha_256_of_the_whole_and_fits_its_token_alone() {
    let hash = HashedToken::from_bytes(Sha256::digest("wbt_x").into());
    let same = PlainToken(SecretString::from("wbt_x")).hash();
    assert!(hash.matches(&same) && same.as_bytes() == hash.as_bytes());
    assert!(!hash.matches(&token().hash()));
    for bit in 0..256 {
        let mut bytes = *hash.as_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(!hash.matches(&HashedToken::from_bytes(bytes)), "{bit}");
    }
}

#[test]
fn tokens_do_not_repeat_and_use_every_character_evenly() {
    let tokens: Vec<_> = (0..4_000).map(|_| token()).collect();
    assert_eq!(tokens.iter().map(PlainToken::expose).collect::<HashSet<_>>().len(), tokens.len());
    let mut counts = [0u32; 128];
    for byte in tokens.iter().flat_map(|token| token.expose()[4..47].bytes()) {
        counts[usize::from(byte)] += 1;
    }
    // 172,000 characters, 2,774 of each on average with a deviation of 52: eight of those either way.
    for byte in BASE62 {
        assert!((2_350..3_200).contains(&counts[usize::from(*byte)]), "{}", char::from(*byte));
    }
}
