//! A small name server that answers as it is told, and a resolver that asks it, as the operating system's would.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::net::UdpSocket;
use weighbridge_egress::Resolve;

const A: u16 = 1;
const CNAME: u16 = 5;
const AAAA: u16 = 28;

/// One record of an answer. Its time to live is 0: nobody may keep it.
#[derive(Debug, Clone)]
pub(crate) enum Record {
    Address(IpAddr),
    /// The name is an alias of this one, to which the records that follow belong.
    Alias(String),
}

/// Tells what a name leads to, at its so many-th question of this type, from 0.
pub(crate) type Zone = Arc<dyn Fn(&str, usize) -> Vec<Record> + Send + Sync>;

/// Records from their texts: an address, or an alias.
pub(crate) fn records(texts: &[&str]) -> Vec<Record> {
    texts.iter().map(|text| text.parse().map_or_else(|_| Record::Alias((*text).to_owned()), Record::Address)).collect()
}

/// A name server on UDP.
pub(crate) struct NameServer {
    pub(crate) address: SocketAddr,
    questions: Arc<Mutex<Vec<(String, u16)>>>,
}

impl NameServer {
    pub(crate) async fn serve(at: SocketAddr, zone: Zone) -> Self {
        let socket = UdpSocket::bind(at).await.expect("a port");
        let address = socket.local_addr().expect("an address");
        let questions = Arc::new(Mutex::new(Vec::new()));
        let asked = Arc::clone(&questions);
        tokio::spawn(async move {
            let mut buffer = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let Some(question) = Question::read(&buffer[..length]) else { continue };
                let answer = {
                    let mut asked = asked.lock().expect("a lock");
                    let this = (question.name.clone(), question.kind);
                    let before = asked.iter().filter(|other| **other == this).count();
                    asked.push(this);
                    question.answer(&zone(&question.name, before))
                };
                let _ = socket.send_to(&answer, from).await;
            }
        });
        Self { address, questions }
    }

    /// The names that were asked for, each for both families.
    pub(crate) fn names(&self) -> Vec<String> {
        self.questions.lock().expect("a lock").iter().map(|(name, _)| name.clone()).collect()
    }
}

struct Question<'m> {
    message: &'m [u8],
    name: String,
    kind: u16,
}

impl<'m> Question<'m> {
    /// The first question of a message, without what follows it.
    fn read(message: &'m [u8]) -> Option<Self> {
        let mut at = 12;
        let mut labels = Vec::new();
        loop {
            let length = usize::from(*message.get(at)?);
            if length == 0 {
                break;
            }
            labels.push(String::from_utf8_lossy(message.get(at + 1..at + 1 + length)?).into_owned());
            at += 1 + length;
        }
        let kind = u16::from_be_bytes([*message.get(at + 1)?, *message.get(at + 2)?]);
        Some(Self { message: message.get(..at + 5)?, name: labels.join("."), kind })
    }

    /// A response with those of the records that were asked for; a name without any does not exist.
    fn answer(&self, records: &[Record]) -> Vec<u8> {
        let mut owner = encode(&self.name);
        let mut answers = Vec::new();
        for record in records {
            let (kind, data) = match record {
                Record::Address(IpAddr::V4(ip)) => (A, ip.octets().to_vec()),
                Record::Address(IpAddr::V6(ip)) => (AAAA, ip.octets().to_vec()),
                Record::Alias(name) => (CNAME, encode(name)),
            };
            if kind == self.kind || kind == CNAME {
                let length = u16::try_from(data.len()).expect("short").to_be_bytes();
                answers.push([&owner[..], &kind.to_be_bytes(), &[0, 1], &[0; 4], &length, &data].concat());
            }
            if kind == CNAME {
                owner = data;
            }
        }
        let exists = if records.is_empty() { 3 } else { 0 };
        let count = u16::try_from(answers.len()).expect("few").to_be_bytes();
        let head = [&self.message[..2], &[0x84 | self.message[2] & 1, 0x80 | exists, 0, 1], &count, &[0; 4]].concat();
        [&head, &self.message[12..], &answers.concat()].concat()
    }
}

fn encode(name: &str) -> Vec<u8> {
    let label = |label: &str| [&[u8::try_from(label.len()).expect("a label")], label.as_bytes()].concat();
    let mut encoded: Vec<u8> = name.split('.').flat_map(label).collect();
    encoded.push(0);
    encoded
}

/// Asks one name server for both families and believes what it says.
#[derive(Debug)]
pub(crate) struct Asking(pub(crate) SocketAddr);

impl Resolve for Asking {
    fn resolve(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let (server, host) = (self.0, host.to_owned());
        Box::pin(async move {
            let mut found = Vec::new();
            for kind in [A, AAAA] {
                found.extend(ask(server, &host, kind).await?);
            }
            if found.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(found) }
        })
    }
}

async fn ask(server: SocketAddr, host: &str, kind: u16) -> io::Result<Vec<IpAddr>> {
    let socket = UdpSocket::bind("127.0.0.1:0").await?;
    let header = [0x57, 0x42, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    socket.send_to(&[&header[..], &encode(host), &kind.to_be_bytes(), &[0, 1]].concat(), server).await?;
    let mut buffer = [0; 1024];
    let (length, _) = tokio::time::timeout(Duration::from_secs(2), socket.recv_from(&mut buffer)).await??;
    let answer = &buffer[..length];
    // Owners are never compressed by the server above, so each record is read from start to end.
    let mut at = 12 + encode(host).len() + 4;
    let mut found = Vec::new();
    for _ in 0..u16::from_be_bytes([answer[6], answer[7]]) {
        while answer[at] != 0 {
            at += 1 + usize::from(answer[at]);
        }
        let length = usize::from(u16::from_be_bytes([answer[at + 9], answer[at + 10]]));
        let data = &answer[at + 11..at + 11 + length];
        match u16::from_be_bytes([answer[at + 1], answer[at + 2]]) {
            A => found.push(Ipv4Addr::from(<[u8; 4]>::try_from(data).expect("4 bytes")).into()),
            AAAA => found.push(Ipv6Addr::from(<[u8; 16]>::try_from(data).expect("16 bytes")).into()),
            _ => {}
        }
        at += 11 + length;
    }
    Ok(found)
}
