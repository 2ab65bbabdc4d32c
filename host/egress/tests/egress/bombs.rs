//! Bodies that inflate: in every encoding that is asked for, nested, unasked for, cut off and rotten.

use std::io::Write as _;

use domain::exchange::ExchangeError;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use weighbridge_egress::{Caps, EgressConfig};

use super::upstream::{End, raw};
use super::world::{HOST, config, get, permit, session};

const MIB: usize = 1 << 20;

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).expect("memory");
    encoder.finish().expect("memory")
}

fn deflate(plain: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).expect("memory");
    encoder.finish().expect("memory")
}

fn brotli(plain: &[u8]) -> Vec<u8> {
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 1 << 16, 5, 24);
    encoder.write_all(plain).expect("memory");
    encoder.into_inner()
}

fn zstd(plain: &[u8], window_log: u32) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).expect("an encoder");
    encoder.set_parameter(zstd::zstd_safe::CParameter::WindowLog(window_log)).expect("a window");
    encoder.write_all(plain).expect("memory");
    encoder.finish().expect("memory")
}

/// A whole answer with this body, encoded as it says.
fn answer(codings: &[&str], body: &[u8]) -> Vec<u8> {
    let lines: String = codings.iter().map(|coding| format!("content-encoding: {coding}\r\n")).collect();
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\n{lines}content-length: {length}\r\nconnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// Answers of which each would inflate to 64 MiB.
pub(crate) fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let plain = vec![0; 64 * MIB];
    vec![
        ("a bomb of gzip", answer(&["gzip"], &gzip(&plain))),
        ("a bomb of brotli", answer(&["br"], &brotli(&plain))),
        ("a bomb of zstd", answer(&["zstd"], &zstd(&plain, 20))),
        ("a bomb of many frames", answer(&["zstd"], &zstd(&plain[..MIB], 20).repeat(64))),
    ]
}

async fn outcome(answer: Vec<u8>) -> Result<Vec<u8>, ExchangeError> {
    let address = raw(vec![answer], std::time::Duration::ZERO, End::Close).await;
    let caps = Caps { body_bytes: 1 << 20, ..Caps::default() };
    let session = session(EgressConfig { caps, ..config(&[(HOST, address)]) }, permit());
    session.send(get("https://api.example.test/x")).await.map(|answer| answer.body)
}

#[tokio::test]
async fn what_is_asked_for_is_inflated() {
    let plain = b"hello ".repeat(999);
    for (codings, body) in [
        (&[][..], plain.clone()),
        (&["identity"], plain.clone()),
        (&[""], plain.clone()),
        (&["gzip"], gzip(&plain)),
        (&["GZip"], gzip(&plain)),
        (&["x-gzip"], gzip(&plain)),
        (&["identity", "gzip, "], gzip(&plain)),
        (&["br"], brotli(&plain)),
        (&["zstd"], zstd(&plain, 23)),
        (&["zstd"], [zstd(&plain[..600], 20), zstd(&plain[600..], 20)].concat()),
        // Nothing is inflated that was not said to be deflated, however much it looks so.
        (&[], gzip(&plain)),
    ] {
        let expected = if codings.is_empty() { body.clone() } else { plain.clone() };
        assert_eq!(outcome(answer(codings, &body)).await, Ok(expected), "{codings:?}");
    }
}

#[tokio::test]
async fn a_bomb_stops_at_the_cap_in_every_encoding() {
    for (what, answer) in bombs() {
        assert_eq!(outcome(answer).await, Err(ExchangeError::TooLarge(1 << 20)), "{what}");
    }
    let nested = gzip(&gzip(&vec![0; 64 * MIB]));
    assert!(outcome(answer(&["gzip"], &nested)).await.is_ok_and(|body| body.len() < MIB), "one layer is taken off");
}

#[tokio::test]
async fn what_was_not_asked_for_is_malformed_and_never_handed_on_as_it_is() {
    let plain = b"hello ".repeat(999);
    for (codings, body) in [
        (&["deflate"][..], deflate(&plain)),
        (&["compress"], plain.clone()),
        (&["gzip, gzip"], gzip(&gzip(&plain))),
        (&["gzip", "gzip"], gzip(&gzip(&plain))),
        (&["gzip, br"], brotli(&gzip(&plain))),
        (&["br", "zstd"], zstd(&brotli(&plain), 20)),
        (&["chunked"], plain.clone()),
        (&["none"], plain.clone()),
        (&["dcz"], zstd(&plain, 20)),
        // RFC 9659: a window of more than 8 MiB takes memory that no browser would give.
        (&["zstd"], zstd(&vec![0; 32 * MIB], 24)),
        (&["zstd"], zstd(&vec![0; 32 * MIB], 27)),
        (&["gzip"], [gzip(&plain[..600]), gzip(&plain[600..])].concat()),
        // Rot.
        (&["gzip"], brotli(&plain)),
        (&["br"], gzip(&plain)),
        (&["zstd"], gzip(&plain)),
        (&["gzip"], plain.clone()),
        (&["gzip"], [gzip(&plain), b"what follows it".to_vec()].concat()),
        (&["br"], [brotli(&plain), b"what follows it".to_vec()].concat()),
        (&["zstd"], [zstd(&plain, 20), b"what follows it".to_vec()].concat()),
    ] {
        let outcome = outcome(answer(codings, &body)).await;
        assert!(matches!(outcome, Err(ExchangeError::Malformed(_))), "{codings:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_compressed_body_that_is_cut_off_or_damaged_is_never_half_an_answer() {
    let plain: Vec<u8> = (0..20_000_u32).flat_map(u32::to_le_bytes).collect();
    for (coding, body) in [("gzip", gzip(&plain)), ("br", brotli(&plain)), ("zstd", zstd(&plain, 20))] {
        for length in [1, 2, 9, 17, body.len() / 2, body.len() - 9, body.len() - 4, body.len() - 1] {
            let outcome = outcome(answer(&[coding], &body[..length])).await;
            let broken =
                |error: &ExchangeError| matches!(error, ExchangeError::Connection(_) | ExchangeError::Malformed(_));
            assert!(outcome.as_ref().is_err_and(broken), "{coding} of {length}: {:?}", outcome.map(|body| body.len()));
        }
    }
    let mut flipped = gzip(&plain);
    let end = flipped.len();
    flipped[end - 6] ^= 1;
    assert!(outcome(answer(&["gzip"], &flipped)).await.is_err(), "the checksum is checked");
}
