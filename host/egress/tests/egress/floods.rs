//! Answers without end: each is left where a limit is crossed, for the reason that it says, and takes little memory.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use domain::exchange::ExchangeError;
use domain::{Budget, BudgetKind};
use tokio::process::Command;
use weighbridge_egress::{Caps, Egress, EgressConfig};

use super::upstream::endless;
use super::world::{HOST, config, get, hurried, permit};

/// How an answer begins, what it then says over and over, and what that is refused as.
type Flood = (&'static str, Vec<u8>, Vec<u8>, fn(&ExchangeError) -> bool);

fn head(lines: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{lines}\r\n").into_bytes()
}

fn malformed(error: &ExchangeError) -> bool {
    matches!(error, ExchangeError::Malformed(_))
}

fn too_large(error: &ExchangeError) -> bool {
    matches!(error, ExchangeError::TooLarge(_))
}

fn late(error: &ExchangeError) -> bool {
    *error == ExchangeError::Timeout
}

/// Settings under which a busy machine is not taken for a slow source, but for a flood that time alone ends.
fn patient(address: SocketAddr, expected: fn(&ExchangeError) -> bool) -> EgressConfig {
    let config = config(&[(HOST, address)]);
    if expected(&ExchangeError::Timeout) { hurried(config) } else { config }
}

fn floods() -> Vec<Flood> {
    let chunked = || head("transfer-encoding: chunked\r\n");
    let coded = |coding: &str| head(&format!("content-encoding: {coding}\r\n"));
    let status = || b"HTTP/1.1 200 OK\r\n".to_vec();
    let with = |head: Vec<u8>, more: &[u8]| [&head[..], more].concat();
    let mib = || vec![b'x'; 1 << 14];
    // A member of gzip without content, and what brotli and zstd skip: a metadata block, a frame.
    let member = vec![31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let metadata = [&[0xd6, 0x3f][..], &[7; 256]].concat();
    let skipped = vec![0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0];
    vec![
        ("status line", b"HTTP/1.1 200 ".to_vec(), b"a".to_vec(), malformed),
        ("headers", status(), b"x-a: b\r\n".to_vec(), malformed),
        ("one header", with(status(), b"x-a: "), b"b".to_vec(), malformed),
        ("a header's name", status(), b"b".to_vec(), malformed),
        ("interim answers", Vec::new(), b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec(), late),
        ("body until the end", head(""), mib(), too_large),
        ("body of a promised length", head("content-length: 9000000000000000000\r\n"), mib(), too_large),
        ("chunks", chunked(), [&b"4000\r\n"[..], &mib(), b"\r\n"].concat(), too_large),
        ("one chunk", with(chunked(), b"ffffffffffffff0\r\n"), mib(), too_large),
        ("a chunk's size", chunked(), b"0".to_vec(), late),
        ("a chunk's extension", with(chunked(), b"5;"), b"a".to_vec(), malformed),
        ("extensions", chunked(), b"1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=b\r\nx\r\n".to_vec(), malformed),
        ("trailers", with(chunked(), b"0\r\n"), b"x-a: b\r\n".to_vec(), malformed),
        ("one trailer", with(chunked(), b"0\r\nx-a: "), b"b".to_vec(), malformed),
        ("gzip of nothing", coded("gzip"), member, malformed),
        ("a name in gzip", with(coded("gzip"), &[31, 139, 8, 8, 0, 0, 0, 0, 0, 3]), b"a".to_vec(), malformed),
        ("brotli of nothing", with(coded("br"), &[0x0c]), metadata, too_large),
        ("zstd of nothing", coded("zstd"), skipped, too_large),
    ]
}

#[tokio::test]
async fn an_answer_without_end_is_left_for_the_reason_that_it_says() {
    for (what, head, piece, expected) in floods() {
        let (address, sent) = endless(head, &piece).await;
        let caps = Caps { body_bytes: 1 << 20, ..Caps::default() };
        let config = EgressConfig { caps, ..patient(address, expected) };
        let session = Egress::new(config).expect("settings").session(Arc::new(permit()), Budget::default());
        let started = Instant::now();
        let error = session.send(get("https://api.example.test/x")).await.expect_err("refused");
        assert!(expected(&error), "{what}: {error:?}");
        assert!(started.elapsed() < Duration::from_secs(30), "{what}: {:?}", started.elapsed());
        // What was neither read nor counted is in the buffers of the two sockets.
        let (sent, counted) = (sent.load(Ordering::SeqCst), session.usage().bytes_in);
        assert!(late(&error) || sent < 16 << 20, "{what}: {sent} bytes were sent");
        assert!(counted < (1 << 20) + (1 << 19), "{what}: {counted} bytes were counted");
        assert!(!too_large(&error) || counted > 1 << 20, "{what}: {counted} bytes were counted");
    }
}

#[tokio::test]
async fn a_call_pays_for_what_inflates_to_nothing() {
    for (what, head, piece, expected) in
        floods().into_iter().filter(|(what, ..)| matches!(*what, "brotli of nothing" | "zstd of nothing"))
    {
        let (address, _) = endless(head, &piece).await;
        let budget = Budget { bytes_in: 100_000, ..Budget::default() };
        let session = Egress::new(patient(address, expected)).expect("settings").session(Arc::new(permit()), budget);
        let outcome = session.send(get("https://api.example.test/x")).await;
        assert_eq!(outcome, Err(ExchangeError::Budget(BudgetKind::BytesIn)), "{what}");
    }
}

#[tokio::test]
async fn floods_and_bombs_take_no_more_memory_than_their_cap() {
    let mut child = Command::new(std::env::current_exe().expect("this binary"));
    child.args(["--exact", "floods::child_of_the_test_above", "--ignored", "--nocapture"]);
    let output = child.output().await.expect("a child");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What this process has resident now (`VmRSS`) or had at most (`VmHWM`), in KiB.
fn memory_kib(which: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix(which)?.strip_prefix(':')).expect("a number");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[tokio::test]
#[ignore = "run by `floods_and_bombs_take_no_more_memory_than_their_cap`"]
async fn child_of_the_test_above() {
    /// The buffers of sockets, decoders and the growing body, beside the cap itself.
    const BESIDE: u64 = 16 << 10;
    let bombs = super::bombs::bombs().into_iter().map(|(what, answer)| (what, answer, vec![0], too_large as _));
    let cases: Vec<Flood> = floods().into_iter().chain(bombs).collect();
    for (what, head, piece, expected) in cases {
        let (address, _) = endless(head, &piece).await;
        let session = Egress::new(patient(address, expected)).expect("settings");
        let session = session.session(Arc::new(permit()), Budget::default());
        // The peak starts anew.
        std::fs::write("/proc/self/clear_refs", "5").expect("Linux");
        let before = memory_kib("VmRSS");
        let error = session.send(get("https://api.example.test/x")).await.expect_err("refused");
        let grown = memory_kib("VmHWM").saturating_sub(before);
        eprintln!("{what}: {grown} KiB, {error:?}");
        assert!(expected(&error), "{what}: {error:?}");
        assert!(grown < (8 << 10) + BESIDE, "{what}: {grown} KiB");
    }
}
