//! Servers that would rather speak an older TLS, or a weak one: written by hand, since no library of today speaks it.

use domain::exchange::ExchangeError;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::authority::Authority;
use super::tls::{towards, url};
use super::world::get_as;

const HANDSHAKE: u8 = 22;
const ALERT: u8 = 21;

/// A record that a client sent: its content type and its content.
type Record = (u8, Vec<u8>);

async fn record(stream: &mut TcpStream) -> Option<Record> {
    let mut head = [0; 5];
    stream.read_exact(&mut head).await.ok()?;
    let mut content = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    stream.read_exact(&mut content).await.ok()?;
    Some((head[0], content))
}

/// How a server is refused that answers the client's hello with this record, and all that it heard.
async fn insisting(content_type: u8, version: [u8; 2], content: Vec<u8>) -> (ExchangeError, Vec<Record>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a client");
        let mut heard = Vec::from_iter(record(&mut stream).await);
        let length = u16::try_from(content.len()).expect("short").to_be_bytes();
        let answer = [&[content_type], &version[..], &length, &content].concat();
        stream.write_all(&answer).await.expect("a client that reads");
        while let Some(more) = record(&mut stream).await {
            heard.push(more);
        }
        heard
    });
    let outcome = towards(address, Authority::new("ours").roots()).send(get_as(&url(address))).await;
    (outcome.expect_err("refused"), server.await.expect("a server"))
}

/// A hello of this version, choosing this cipher.
fn hello(version: [u8; 2], cipher: [u8; 2], random: [u8; 32]) -> Vec<u8> {
    let body = [&version[..], &random, &[0], &cipher, &[0]].concat();
    let length = u32::try_from(body.len()).expect("short").to_be_bytes();
    [&[2], &length[1..], &body].concat()
}

/// The versions that a client's hello offers, out of its extension 43.
fn offered(hello: &[u8]) -> Vec<u16> {
    let at = |index: usize| usize::from(hello[index]);
    let two = |index: usize| at(index) << 8 | at(index + 1);
    let session = 4 + 2 + 32;
    let ciphers = session + 1 + at(session);
    let compressions = ciphers + 2 + two(ciphers);
    let mut extension = compressions + 1 + at(compressions) + 2;
    while two(extension) != 43 {
        extension += 4 + two(extension + 2);
    }
    let list = &hello[extension + 5..extension + 4 + two(extension + 2)];
    list.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect()
}

#[tokio::test]
async fn no_server_can_talk_the_host_into_an_older_or_weaker_tls() {
    const AES_GCM: [u8; 2] = [0xc0, 0x2f];
    let plain = [7; 32];
    let mut sentinel = plain;
    sentinel[24..].copy_from_slice(b"DOWNGRD\x01");
    for (what, version, cipher, random) in [
        ("SSL 3", [3, 0], AES_GCM, plain),
        ("TLS 1.0", [3, 1], AES_GCM, plain),
        ("TLS 1.1", [3, 2], AES_GCM, plain),
        ("a version that does not exist", [3, 9], AES_GCM, plain),
        ("RC4", [3, 3], [0x00, 0x05], plain),
        ("no encryption", [3, 3], [0x00, 0x02], plain),
        ("export ciphers", [3, 3], [0x00, 0x03], plain),
        ("RSA key exchange", [3, 3], [0x00, 0x9c], plain),
        ("CBC", [3, 3], [0xc0, 0x13], plain),
        ("1.2 though it knows 1.3", [3, 3], AES_GCM, sentinel),
    ] {
        let (error, heard) = insisting(HANDSHAKE, version, hello(version, cipher, random)).await;
        assert!(matches!(error, ExchangeError::Tls(_)), "{what}: {error:?}");
        assert_eq!(offered(&heard[0].1), [0x0304, 0x0303], "{what}: 1.3 and 1.2 are offered, and nothing else");
        let types: Vec<_> = heard.iter().map(|(content_type, _)| *content_type).collect();
        assert_eq!(types, [HANDSHAKE, ALERT], "{what}: nothing follows but the refusal");
    }
}

#[tokio::test]
async fn a_server_that_knows_only_older_versions_says_so_itself() {
    const PROTOCOL_VERSION: [u8; 2] = [2, 70];
    let (error, heard) = insisting(ALERT, [3, 1], PROTOCOL_VERSION.to_vec()).await;
    assert_eq!(error, ExchangeError::Tls("the source ended the handshake: ProtocolVersion".to_owned()));
    assert_eq!(heard.len(), 1);
}
