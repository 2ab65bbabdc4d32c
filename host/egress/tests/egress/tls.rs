//! Real TLS exchanges: which certificates are accepted, which are refused and in what words, and what is said before.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use domain::exchange::ExchangeError;
use domain::{Budget, BudgetKind};
use http::Response;
use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, NameConstraints, date_time_ymd};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::rustls::{ProtocolVersion, SupportedProtocolVersion, version};
use weighbridge_egress::{Egress, EgressConfig, Roots, Session};

use super::authority::{Authority, Identity, of_authority, of_server};
use super::secure::{Dialect, Secure};
use super::upstream::{End, ok, trap};
use super::world::{HOST, OTHER, ToldResolver, config, get_as, hurried, permit, rule};

type Versions = &'static [&'static SupportedProtocolVersion];

const VERSIONS: &[(Versions, ProtocolVersion)] =
    &[(&[&version::TLS12], ProtocolVersion::TLSv1_2), (&[&version::TLS13], ProtocolVersion::TLSv1_3)];

/// What a server offers, and how the request then begins.
const PROTOCOLS: &[(&[&[u8]], &str)] =
    &[(&[b"http/1.1"], "GET HTTP/1.1 /x"), (&[b"h2", b"http/1.1"], "GET HTTP/2.0 "), (&[], "GET HTTP/1.1 /x")];

/// A session whose requests for `HOST` go to this server, which is opened as a private network, trusting these roots.
pub(crate) fn towards(address: SocketAddr, roots: Roots) -> Session {
    session_of(address, roots, |config| config)
}

/// The same, for a server that only time ends.
pub(crate) fn hurried_towards(address: SocketAddr, roots: Roots) -> Session {
    session_of(address, roots, hurried)
}

fn session_of(address: SocketAddr, roots: Roots, pace: impl Fn(EgressConfig) -> EgressConfig) -> Session {
    let mut permit = permit();
    permit.rules.push(rule(HOST, address.port()));
    permit.private_networks.push(address.ip().into());
    let resolver = ToldResolver::new(&[&[&address.ip().to_string()]]);
    let config = EgressConfig { resolver, roots, ..config(&[]) };
    Egress::new(pace(config)).expect("settings").session(Arc::new(permit), Budget::default())
}

pub(crate) fn url(address: SocketAddr) -> String {
    format!("https://{HOST}:{}/x", address.port())
}

/// How a server with this identity is refused, and that it heard nothing but a handshake.
async fn refusal(identity: &Identity, roots: Roots) -> ExchangeError {
    let server = Secure::serve("127.0.0.1", &Dialect::of(identity), |_| ok("hello")).await;
    let outcome = towards(server.address, roots).send(get_as(&url(server.address))).await;
    // The server learns of it a moment later, from the client's alert.
    while server.handshakes().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(server.handshakes()[0].is_err(), "{:?}", server.handshakes());
    assert_eq!(server.requests(), [], "not a byte of the request was sent");
    outcome.expect_err("refused")
}

#[tokio::test]
async fn a_certificate_of_the_operators_authority_is_accepted_in_every_dialect() {
    let authority = Authority::new("ours");
    let middle = authority.below(of_authority("between"));
    let mut named = of_server(&[HOST]);
    named.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    for identity in [
        authority.sign(&of_server(&[HOST])),
        authority.sign(&of_server(&["*.example.test"])),
        authority.sign(&of_server(&["elsewhere.test", HOST])),
        authority.sign(&named),
        middle.sign_in_chain(&of_server(&[HOST])),
    ] {
        for &(versions, version) in VERSIONS {
            for &(protocols, line) in PROTOCOLS {
                let dialect = Dialect { identity: identity.clone(), versions, protocols };
                // The name is what is asked for and checked; the address that was resolved is what is dialled.
                let server = Secure::serve("127.0.0.3", &dialect, |_| ok("hello")).await;
                let session = towards(server.address, authority.roots());
                assert_eq!(session.send(get_as(&url(server.address))).await.expect("an answer").body, b"hello");
                let [Ok(handshake)] = &server.handshakes()[..] else { panic!("{:?}", server.handshakes()) };
                assert_eq!((handshake.name.as_deref(), handshake.version), (Some(HOST), Some(version)));
                let [(heard, to)] = &server.requests()[..] else { panic!("{:?}", server.requests()) };
                assert!(heard.starts_with(line) && heard.ends_with("/x"), "{heard}");
                assert_eq!(*to, server.address);
            }
        }
    }
}

#[tokio::test]
async fn every_other_certificate_is_refused_with_its_reason_before_a_byte_is_sent() {
    let authority = Authority::new("ours");
    let good = of_server(&[HOST]);
    let with = |change: &dyn Fn(&mut rcgen::CertificateParams)| {
        let mut params = good.clone();
        change(&mut params);
        authority.sign(&params)
    };
    let below = |change: &dyn Fn(&mut rcgen::CertificateParams)| {
        let mut params = of_authority("between");
        change(&mut params);
        authority.below(params).sign_in_chain(&good)
    };
    let (expired, early) = ("has expired", "is not valid yet");
    let (other, nobody, purpose) = ("is for another host", "egress.roots", "is not meant for servers");
    let (long_ago, far_off) = (date_time_ymd(2001, 1, 1), date_time_ymd(2999, 1, 1));
    let only = |name: &str| NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName(name.to_owned())],
        excluded_subtrees: Vec::new(),
    };
    let client = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let cases: Vec<(&str, Identity, &str)> = vec![
        ("expired", with(&|params| params.not_after = long_ago), expired),
        ("not yet valid", with(&|params| params.not_before = far_off), early),
        ("another host", authority.sign(&of_server(&[OTHER])), other),
        ("a longer name", authority.sign(&of_server(&["x.api.example.test"])), other),
        ("a shorter name", authority.sign(&of_server(&["example.test"])), other),
        ("a wildcard higher up", authority.sign(&of_server(&["*.test"])), other),
        ("a wildcard for its own children", authority.sign(&of_server(&["*.api.example.test"])), other),
        ("the address instead of the name", authority.sign(&of_server(&["127.0.0.1"])), other),
        (
            "the name as a common name alone",
            with(&|params| {
                params.subject_alt_names.clear();
                params.distinguished_name.push(rcgen::DnType::CommonName, HOST);
            }),
            other,
        ),
        ("self-signed", Identity::self_signed(&good), nobody),
        ("another authority", Authority::new("theirs").sign(&good), nobody),
        ("another authority of the same name", Authority::new("ours").sign(&good), "wrong signature"),
        ("an authority's certificate that nobody trusts", Identity::self_signed(&of_authority(HOST)), ""),
        (
            "an authority's certificate as a server's",
            with(&|params| {
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            }),
            "CaUsedAsEndEntity",
        ),
        ("a missing link", authority.below(of_authority("between")).sign(&good), nobody),
        ("a link that has expired", below(&|params| params.not_after = long_ago), expired),
        ("a link that is no authority", below(&|params| params.is_ca = IsCa::ExplicitNoCa), "EndEntityUsedAsCa"),
        ("a link for other names", below(&|params| params.name_constraints = Some(only("elsewhere.test"))), "Name"),
        ("for clients", with(&|params| params.extended_key_usages = client.clone()), purpose),
        ("for code", with(&|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning]), purpose),
        ("a link for clients", below(&|params| params.extended_key_usages = client.clone()), purpose),
        ("somebody else's", authority.sign(&good).stolen(), "wrong signature"),
    ];
    for (what, identity, words) in cases {
        let error = refusal(&identity, authority.roots()).await;
        let ExchangeError::Tls(reason) = &error else { panic!("{what}: {error:?}") };
        assert!(reason.contains(words), "{what}: {reason}");
    }
}

#[tokio::test]
async fn an_authority_is_trusted_only_if_the_operator_says_so() {
    let authority = Authority::new("ours");
    let identity = authority.sign(&of_server(&[HOST]));
    let error = refusal(&identity, Roots::default()).await;
    assert!(matches!(&error, ExchangeError::Tls(reason) if reason.contains("`egress.roots`")), "{error:?}");
    let error = refusal(&identity, Authority::new("theirs").roots()).await;
    assert!(matches!(error, ExchangeError::Tls(_)), "{error:?}");
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_told_from_one_that_does() {
    let (address, hits) = trap("127.0.0.1", 0).await;
    let outcome = towards(address, Authority::new("ours").roots()).send(get_as(&url(address))).await;
    assert_eq!(outcome, Err(ExchangeError::Tls("the source does not speak TLS on this port".to_owned())));
    assert_eq!(hits.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_handshake_that_stalls_runs_out_of_time_and_one_that_is_cut_off_is_named() {
    for (end, expected) in [
        (End::Stay, ExchangeError::Timeout),
        (End::Close, ExchangeError::Tls("the handshake was cut off".to_owned())),
        (End::Reset, ExchangeError::Connection("it was reset".to_owned())),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let _ = stream.read(&mut [0; 4096]).await;
            match end {
                End::Stay => std::future::pending().await,
                End::Close => stream.shutdown().await.expect("an end"),
                End::Reset => stream.set_zero_linger().expect("an option"),
            }
        });
        let roots = Authority::new("ours").roots();
        let late = expected == ExchangeError::Timeout;
        let session = if late { hurried_towards(address, roots) } else { towards(address, roots) };
        assert_eq!(session.send(get_as(&url(address))).await, Err(expected), "{end:?}");
    }
}

#[tokio::test]
async fn two_hosts_behind_one_certificate_do_not_share_a_connection() {
    // HTTP/2 would allow it (RFC 9113, section 9.1.1), but each host is resolved, checked and counted by itself.
    let authority = Authority::new("ours");
    let dialect = Dialect::of(&authority.sign(&of_server(&[HOST, OTHER])));
    let server = Secure::serve("127.0.0.1", &dialect, |_| ok("hello")).await;
    let resolver = ToldResolver::new(&[&["127.0.0.1"]]);
    let mut permit = permit();
    let port = server.address.port();
    permit.rules.extend([rule(HOST, port), rule(OTHER, port)]);
    permit.private_networks.push(server.address.ip().into());
    let config = EgressConfig { resolver: resolver.clone(), roots: authority.roots(), ..config(&[]) };
    let session = Egress::new(config).expect("settings").session(Arc::new(permit), Budget::default());
    for host in [HOST, OTHER, HOST, OTHER] {
        let answer = session.send(super::world::get(&format!("https://{host}:{port}/x"))).await;
        assert_eq!(answer.expect("an answer").body, b"hello");
    }
    let names: Vec<_> = server.handshakes().into_iter().map(|done| done.expect("a handshake").name).collect();
    assert_eq!(names, [Some(HOST.to_owned()), Some(OTHER.to_owned())]);
    assert_eq!(resolver.calls(), 2);
}

#[tokio::test]
async fn caps_and_budgets_hold_over_http_2() {
    let authority = Authority::new("ours");
    let dialect = Dialect { protocols: &[b"h2"], ..Dialect::of(&authority.sign(&of_server(&[HOST]))) };
    let server = Secure::serve("127.0.0.1", &dialect, |request| {
        let builder = Response::builder();
        match request.uri().path() {
            "/many" => (0..200).fold(builder, |builder, index| builder.header(format!("x-{index}"), "1")),
            "/large" => builder.header("x-large", "x".repeat(70_000)),
            "/room" => (0..50).fold(builder, |builder, index| builder.header(format!("x-{index}"), "x".repeat(1000))),
            "/big" => return ok(vec![b'x'; 1200]),
            _ => return ok(vec![b'x'; 700]),
        }
        .body(Bytes::new())
        .expect("a response")
    })
    .await;
    let mut small = permit();
    small.rules.push(rule(HOST, server.address.port()));
    small.private_networks.push(server.address.ip().into());
    let caps = weighbridge_egress::Caps { body_bytes: 1000, ..weighbridge_egress::Caps::default() };
    let resolver = ToldResolver::new(&[&["127.0.0.1"]]);
    let config = EgressConfig { resolver, caps, roots: authority.roots(), ..config(&[]) };
    let budget = Budget { requests: 6, bytes_in: 2000, ..Budget::default() };
    let session = Egress::new(config).expect("settings").session(Arc::new(small), budget);
    let ask = |path: &str| session.send(super::world::get(&format!("https://{HOST}:{}{path}", server.address.port())));
    let (library, ours) = ("it breaks the rules of HTTP/2", "more headers than an answer may have");
    for (path, said) in [("/many", ours), ("/large", library)] {
        let outcome = ask(path).await;
        assert_eq!(outcome, Err(ExchangeError::Malformed(said.to_owned())), "{path}");
    }
    assert_eq!(ask("/room").await.expect("an answer within the cap").headers.len(), 51);
    assert_eq!(ask("/big").await, Err(ExchangeError::TooLarge(1000)));
    assert_eq!(ask("/x").await.expect("an answer").body.len(), 700);
    assert_eq!(ask("/x").await, Err(ExchangeError::Budget(BudgetKind::BytesIn)));
    assert_eq!(ask("/x").await, Err(ExchangeError::Budget(BudgetKind::Requests)));
    assert!(server.requests().iter().all(|(line, _)| line.contains("HTTP/2.0")));
}
