//! Every packet that a machine receives, by where it came from and where it went. On loopback each is received once.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

/// Frame types of the two families, as packet sockets take them: in the network's order.
const FAMILIES: [u16; 2] = [0x0800_u16.to_be(), 0x86dd_u16.to_be()];

/// Transport protocols.
const TCP: u8 = 6;
const UDP: u8 = 17;

/// A packet's protocol and both its ends. Ports are 0 where a protocol has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Route {
    pub(crate) protocol: u8,
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
}

impl Route {
    /// Whether one end is this one, over TCP.
    pub(crate) fn touches_tcp(&self, end: SocketAddr) -> bool {
        self.protocol == TCP && (self.from == end || self.to == end)
    }

    /// Whether one end is this one, over UDP.
    pub(crate) fn touches_udp(&self, end: SocketAddr) -> bool {
        self.protocol == UDP && (self.from == end || self.to == end)
    }
}

/// Counts packets until it is dropped.
pub(crate) struct Counter(Arc<Mutex<BTreeMap<Route, usize>>>);

impl Counter {
    /// Starts on all interfaces of this network namespace.
    pub(crate) fn start() -> std::io::Result<Self> {
        let counts = Arc::new(Mutex::new(BTreeMap::new()));
        for family in FAMILIES {
            let socket = Socket::new(Domain::PACKET, Type::DGRAM, Some(Protocol::from(i32::from(family))))?;
            socket.set_recv_buffer_size(16 << 20)?;
            let counts = Arc::downgrade(&counts);
            std::thread::spawn(move || count(socket, &counts));
        }
        Ok(Self(counts))
    }

    /// What was counted so far. Packets on loopback are there as soon as they were sent; the threads need a moment.
    pub(crate) async fn settled(&self) -> BTreeMap<Route, usize> {
        let mut before = BTreeMap::new();
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let now = self.0.lock().expect("a lock").clone();
            if now == before {
                return now;
            }
            before = now;
        }
    }
}

fn count(mut socket: Socket, counts: &std::sync::Weak<Mutex<BTreeMap<Route, usize>>>) {
    let mut packet = vec![0; 1 << 17];
    while let Ok(length) = socket.read(&mut packet) {
        let Some(counts) = counts.upgrade() else { return };
        if let Some(route) = route(&packet[..length]) {
            *counts.lock().expect("a lock").entry(route).or_insert(0) += 1;
        }
    }
}

/// Both ends, out of a packet's headers. What cannot be read is kept, with ends that nobody allows.
fn route(packet: &[u8]) -> Option<Route> {
    let (protocol, from, to, rest): (u8, IpAddr, IpAddr, &[u8]) = match packet.first()? >> 4 {
        4 => {
            let ip = |at: usize| <[u8; 4]>::try_from(packet.get(at..at + 4)?).ok().map(Ipv4Addr::from);
            let rest = packet.get(usize::from(packet[0] & 15) * 4..)?;
            (*packet.get(9)?, ip(12)?.into(), ip(16)?.into(), rest)
        }
        _ => {
            let ip = |at: usize| <[u8; 16]>::try_from(packet.get(at..at + 16)?).ok().map(Ipv6Addr::from);
            (*packet.get(6)?, ip(8)?.into(), ip(24)?.into(), packet.get(40..)?)
        }
    };
    let port = |at: usize| match (protocol, rest) {
        (TCP | UDP, [a, b, c, d, ..]) => u16::from_be_bytes([[*a, *b], [*c, *d]][at]),
        _ => 0,
    };
    Some(Route { protocol, from: SocketAddr::new(from, port(0)), to: SocketAddr::new(to, port(1)) })
}
