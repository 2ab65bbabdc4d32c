//! The whole corpus in a network of its own, in which every address of the world is this machine and every packet is
//! counted: none goes anywhere but to the name server and to where a name was granted and public.
//!
//! The network is a namespace that the test enters in a process of its own. All addresses are local there, so that
//! whatever were dialled by mistake would be answered, too. Egress runs as in production: the system's resolver, real
//! names, TLS on port 443, no private network opened.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};

use domain::exchange::ExchangeError;
use domain::{Budget, WorkspaceId};
use socket2::{Domain, Socket, Type};
use tokio::net::TcpListener;
use tokio::process::Command;
use weighbridge_egress::{Caps, Egress, EgressConfig, Permit, Session};

use super::authority::{Authority, of_server};
use super::corpus::{self, addresses::METADATA};
use super::dns::{NameServer, Record, Zone, records};
use super::packets::{Counter, Route};
use super::secure::{Dialect, Secure};
use super::world::{get, is_denied, rule};
use skip::skip;

#[expect(unreachable_pub, reason = "it is public where it is written")]
#[path = "../../../../tests/src/kit/skip.rs"]
mod skip;

/// The program that makes a namespace, and what it is to leave behind: the network and the mounts.
const UNSHARE: &str = "unshare";
const FLAGS: [&str; 4] = ["--user", "--map-root-user", "--net", "--mount"];

/// Every address of both families is this machine, which the loopback interface serves.
const NETWORK: &str = "ip link set lo up && ip route add local 0.0.0.0/0 dev lo && ip -6 route add local ::/0 dev lo";

const NAME_SERVER: &str = "192.0.2.53:53";
const REBINDING: &str = "turns.example.test";
const PUBLIC: &str = "140.82.112.3";

#[tokio::test]
async fn of_every_packet_none_leaves_the_allow_list() {
    const NAME: &str = "namespace::of_every_packet_none_leaves_the_allow_list";
    let probe = Command::new(UNSHARE).args(FLAGS).args(["sh", "-c", NETWORK]).output().await;
    match probe {
        Err(error) => return skip(NAME, &format!("`{UNSHARE}` cannot be run: {error}")),
        Ok(output) if !output.status.success() => {
            let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return skip(NAME, &format!("there is no network namespace to be had here: {reason}"));
        }
        Ok(_) => {}
    }
    let mut child = Command::new(UNSHARE);
    child.args(FLAGS).arg(std::env::current_exe().expect("this binary"));
    child.args(["--exact", "namespace::child_of_the_test_above", "--ignored", "--nocapture"]);
    let output = child.output().await.expect("a child");
    let told = String::from_utf8_lossy(&output.stderr);
    eprintln!("{told}");
    assert!(output.status.success() && told.contains("0 packets outside"), "the child failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by `of_every_packet_none_leaves_the_allow_list`"]
async fn child_of_the_test_above() {
    let folder = tempfile::tempdir().expect("a folder");
    shell(NETWORK).await;
    replace(folder.path(), "/etc/resolv.conf", "nameserver 192.0.2.53\noptions timeout:1 attempts:1\n").await;
    replace(folder.path(), "/etc/nsswitch.conf", "hosts: files dns\n").await;

    let cases = corpus::addresses::addresses();
    let world = World::new(&cases).await;
    let packets = Counter::start().expect("a packet socket");
    let open = world.public_addresses_are_reached(&cases).await;
    let answers = world.closed_addresses_are_not(&cases).await;
    let turned = world.turning_names_are_followed_to_what_was_checked().await;
    let urls = world.odd_urls_are_denied().await;

    let counted = packets.settled().await;
    let allowed = |route: &Route| {
        let names = NAME_SERVER.parse().expect("an address");
        route.touches_udp(names) || open.iter().any(|&ip| route.touches_tcp(SocketAddr::new(ip, 443)))
    };
    let outside: BTreeMap<_, _> = counted.iter().filter(|(route, _)| !allowed(route)).collect();
    assert!(outside.is_empty(), "{outside:#?}");
    for &ip in &open {
        assert!(counted.keys().any(|route| route.touches_tcp(SocketAddr::new(ip, 443))), "{ip} was not counted");
    }
    let reached: BTreeSet<IpAddr> = world.reached.lock().expect("a lock").iter().copied().collect();
    assert_eq!(reached, open, "servers were reached where they were allowed to be, and nowhere else");
    let asked: BTreeSet<String> = world.names.names().into_iter().collect();
    assert!(asked.iter().all(|name| world.granted.contains(name)), "only granted names are looked up: {asked:?}");

    the_counter_sees_what_it_should(&packets, &open).await;
    let sum: usize = counted.values().sum();
    let (cases, flows) = (open.len() + answers + turned + urls, counted.len());
    eprintln!("{cases} cases: {} reached, {answers} addresses, {turned} turning names, {urls} URLs", open.len());
    eprintln!("{sum} packets in {flows} flows, 0 packets outside of the allow-list");
    assert!(cases >= 500, "{cases}");
}

async fn shell(script: &str) {
    let output = Command::new("sh").args(["-c", script]).output().await.expect("a shell");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Lays a file of ours over one of the system's, for this process alone.
async fn replace(folder: &Path, path: &str, text: &str) {
    let ours = folder.join(path.replace('/', "_"));
    std::fs::write(&ours, text).expect("a file");
    if Path::new(path).exists() {
        shell(&format!("mount --bind {} {path}", ours.display())).await;
    }
}

/// A name server for all, and a TLS server on port 443 of every address there is.
struct World {
    names: NameServer,
    /// The addresses on which connections arrived.
    reached: Arc<Mutex<Vec<IpAddr>>>,
    /// Names that are granted, by the corpus's cases.
    granted: HashSet<String>,
    session: Session,
}

/// The name of an address of the corpus.
fn name_of(index: usize) -> String {
    format!("n{index}.example.test")
}

/// Mixtures and chains that lead to `PUBLIC` or to nothing: what the name server says first, and ever after.
const TURNS: &[(&str, &[&str], &[&str])] = &[
    (REBINDING, &[PUBLIC], &["127.0.0.1"]),
    ("cloud.example.test", &[PUBLIC], &["169.254.169.254"]),
    ("six.example.test", &[PUBLIC], &["::1", "fd00:ec2::254"]),
    ("mixed.example.test", &["127.0.0.1", PUBLIC, "10.0.0.1", "::ffff:127.0.0.1", "fe80::1"], &["::1"]),
    ("alias.example.test", &["a.example.test", "b.example.test", PUBLIC], &["a.example.test", "169.254.169.254"]),
    ("late.example.test", &["127.0.0.1"], &[PUBLIC]),
    ("many.example.test", &["10.0.0.1", "10.0.0.2", "10.0.0.3", "192.168.0.1", "172.16.0.1", PUBLIC], &["0.0.0.0"]),
];

impl World {
    async fn new(cases: &BTreeMap<IpAddr, bool>) -> Self {
        let authority = Authority::new("ours");
        let wildcard = authority.sign(&of_server(&["*.example.test"]));
        let reached = Arc::new(Mutex::new(Vec::new()));
        for any in ["0.0.0.0:443", "[::]:443"] {
            listen(any.parse().expect("an address"), &Dialect { protocols: &[], ..Dialect::of(&wildcard) }, &reached);
        }
        let mut leads: BTreeMap<String, Vec<IpAddr>> =
            METADATA.iter().map(|(name, ip)| ((*name).to_owned(), vec![ip.parse().expect("an address")])).collect();
        leads.extend(cases.keys().enumerate().map(|(index, &ip)| (name_of(index), vec![ip])));
        let turns = TURNS.iter().map(|(name, ..)| (*name).to_owned());
        let granted: HashSet<String> = leads.keys().cloned().chain(turns).collect();
        let zone: Zone = Arc::new(move |name, asked| match TURNS.iter().find(|(turning, ..)| *turning == name) {
            Some((_, first, then)) => records(if asked == 0 { first } else { then }),
            None => leads.get(name).into_iter().flatten().copied().map(Record::Address).collect(),
        });
        let names = NameServer::serve(NAME_SERVER.parse().expect("an address"), zone).await;
        let permit = Permit {
            workspace: WorkspaceId::generate(),
            rules: granted.iter().map(|name| rule(name, 443)).collect(),
            credentials: Vec::new(),
            private_networks: Vec::new(),
        };
        let caps = Caps::default();
        let config = EgressConfig { roots: authority.roots(), caps, ..EgressConfig::default() };
        let budget = Budget { requests: 100_000, wall_ms: 600_000, ..Budget::default() };
        let session = Egress::new(config).expect("settings").session(Arc::new(permit), budget);
        Self { names, reached, granted, session }
    }

    async fn ask(&self, name: &str) -> Result<Vec<u8>, ExchangeError> {
        self.session.send(get(&format!("https://{name}/latest/meta-data/"))).await.map(|answer| answer.body)
    }

    /// Those of the corpus that may be dialled are, at that very address.
    async fn public_addresses_are_reached(&self, cases: &BTreeMap<IpAddr, bool>) -> BTreeSet<IpAddr> {
        let mut open = BTreeSet::from([PUBLIC.parse().expect("an address")]);
        for (index, (&ip, _)) in cases.iter().enumerate().filter(|(_, (_, open))| **open) {
            assert_eq!(self.ask(&name_of(index)).await, Ok(ip.to_string().into_bytes()), "{ip}");
            open.insert(ip);
        }
        open
    }

    async fn closed_addresses_are_not(&self, cases: &BTreeMap<IpAddr, bool>) -> usize {
        let closed = cases.iter().enumerate().filter(|(_, (_, open))| !**open).map(|(index, _)| name_of(index));
        let names: Vec<_> = closed.chain(METADATA.iter().map(|(name, _)| (*name).to_owned())).collect();
        for name in &names {
            let outcome = self.ask(name).await;
            assert!(matches!(outcome, Err(ExchangeError::Name(_))), "{name}: {outcome:?}");
        }
        names.len()
    }

    async fn turning_names_are_followed_to_what_was_checked(&self) -> usize {
        for (name, first, then) in TURNS {
            for leads in [first, then, then] {
                let outcome = self.ask(name).await;
                match leads.contains(&PUBLIC) {
                    true => assert_eq!(outcome, Ok(PUBLIC.as_bytes().to_vec()), "{name}"),
                    false => assert!(matches!(outcome, Err(ExchangeError::Name(_))), "{name}: {outcome:?}"),
                }
            }
        }
        TURNS.len()
    }

    async fn odd_urls_are_denied(&self) -> usize {
        let urls = corpus::urls(443);
        for url in &urls {
            let permit = corpus::careless(url, &[80, 443]);
            let session = Egress::new(EgressConfig::default()).expect("settings");
            let outcome = session.session(Arc::new(permit), Budget::default()).send(get(url)).await;
            assert!(is_denied(&outcome), "{url:?}: {outcome:?}");
        }
        urls.len()
    }
}

/// A server on this port of every address of a family, which answers with the address that it was reached at.
fn listen(any: SocketAddr, dialect: &Dialect, reached: &Arc<Mutex<Vec<IpAddr>>>) {
    let socket = Socket::new(Domain::for_address(any), Type::STREAM, None).expect("a socket");
    if any.is_ipv6() {
        socket.set_only_v6(true).expect("an option");
    }
    socket.bind(&any.into()).and_then(|()| socket.listen(128)).expect("a port");
    socket.set_nonblocking(true).expect("an option");
    let reached = Arc::clone(reached);
    let listener = TcpListener::from_std(socket.into()).expect("a listener");
    Secure::listen(listener, dialect, move |stream, _| {
        let ip = stream.get_ref().0.local_addr().expect("an address").ip();
        reached.lock().expect("a lock").push(ip);
        Box::pin(super::secure::say_once(stream, ip.to_string()))
    });
}

/// A count of 0 means something only if the counter would have seen what was not there.
async fn the_counter_sees_what_it_should(packets: &Counter, open: &BTreeSet<IpAddr>) {
    for closed in ["127.0.0.1:443", "169.254.169.254:80", "10.0.0.1:443", "[::1]:443", "[fd00:ec2::254]:80"] {
        let closed: SocketAddr = closed.parse().expect("an address");
        assert!(!open.contains(&closed.ip()));
        let _ = tokio::net::TcpStream::connect(closed).await;
        let counted = packets.settled().await;
        assert!(counted.keys().any(|route| route.touches_tcp(closed)), "{closed} was dialled and not counted");
    }
    let elsewhere: SocketAddr = "8.8.8.8:53".parse().expect("an address");
    let socket = tokio::net::UdpSocket::bind("0.0.0.0:0").await.expect("a port");
    socket.send_to(b"x", elsewhere).await.expect("a packet");
    assert!(packets.settled().await.keys().any(|route| route.touches_udp(elsewhere)));
}
