//! A name server that changes its mind: every connection goes where its own look-up was checked, and nowhere else.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::Budget;
use domain::exchange::ExchangeError;
use weighbridge_egress::{Egress, EgressConfig, Session};

use super::authority::{Authority, of_server};
use super::dns::{Asking, NameServer, Zone, records};
use super::secure::{Dialect, Secure};
use super::upstream::{ok, trap};
use super::world::{HOST, config, get, permit, rule};

/// The one address that the operator opened, and a closed one.
const OPEN: &str = "127.0.0.2";
const CLOSED: &str = "127.0.0.1";

struct Scene {
    server: Secure,
    /// Connections to the closed address.
    hits: Arc<std::sync::atomic::AtomicUsize>,
    names: NameServer,
    session: Session,
}

impl Scene {
    /// A TLS server at the open address and a trap on the same port of the closed one, between which this zone leads.
    async fn new(zone: Zone) -> Self {
        let authority = Authority::new("ours");
        let mut dialect = Dialect::of(&authority.sign(&of_server(&[HOST])));
        // One request for each connection, so that each is looked up anew.
        dialect.protocols = &[];
        let close = |_: &_| {
            let mut response = ok("hello");
            response.headers_mut().insert("connection", http::HeaderValue::from_static("close"));
            response
        };
        let server = Secure::serve(OPEN, &dialect, close).await;
        let (_, hits) = trap(CLOSED, server.address.port()).await;
        let names = NameServer::serve("127.0.0.1:0".parse().expect("an address"), zone).await;
        let mut permit = permit();
        permit.rules.push(rule(HOST, server.address.port()));
        permit.private_networks.push("127.0.0.2/32".parse().expect("a net"));
        let resolver = Arc::new(Asking(names.address));
        let config = EgressConfig { resolver, roots: authority.roots(), ..config(&[]) };
        let session = Egress::new(config).expect("settings").session(Arc::new(permit), Budget::default());
        Self { server, hits, names, session }
    }

    async fn ask(&self) -> Result<Vec<u8>, ExchangeError> {
        let url = format!("https://{HOST}:{}/x", self.server.address.port());
        self.session.send(get(&url)).await.map(|answer| answer.body)
    }

    /// How many connections reached the open and the closed address.
    fn reached(&self) -> (usize, usize) {
        (self.server.handshakes().len(), self.hits.load(Ordering::SeqCst))
    }
}

#[tokio::test]
async fn a_name_that_turns_inward_after_its_first_answer_is_refused() {
    for inside in [CLOSED, "169.254.169.254", "::1", "::ffff:127.0.0.1", "10.0.0.1", "0.0.0.0", "fd00:ec2::254"] {
        let scene = Scene::new(Arc::new(move |_, asked| records(&[if asked == 0 { OPEN } else { inside }]))).await;
        assert_eq!(scene.ask().await, Ok(b"hello".to_vec()), "{inside}");
        for _ in 0..3 {
            let outcome = scene.ask().await;
            assert!(matches!(outcome, Err(ExchangeError::Name(_))), "{inside}: {outcome:?}");
        }
        assert_eq!(scene.reached(), (1, 0), "{inside}");
        assert_eq!(scene.names.names().len(), 2 * 4, "{inside}: one look-up, of both families, for each connection");
    }
}

#[tokio::test]
async fn a_name_that_turns_between_two_look_ups_of_one_connection_finds_no_second() {
    // Checked at the first look-up, dialled at the second: what a client would do that resolves again to connect.
    let scene = Scene::new(Arc::new(|_, asked| records(&[if asked % 2 == 0 { OPEN } else { CLOSED }]))).await;
    for round in 0..10 {
        let outcome = scene.ask().await;
        assert_eq!(outcome.is_ok(), round % 2 == 0, "{round}: {outcome:?}");
    }
    assert_eq!(scene.reached(), (5, 0));
}

#[tokio::test]
async fn of_an_answer_good_and_bad_only_the_good_is_dialled() {
    for mixture in [
        &[CLOSED, OPEN][..],
        &[OPEN, CLOSED],
        &["169.254.169.254", CLOSED, "::1", OPEN, "10.0.0.1"],
        &["::ffff:127.0.0.1", "64:ff9b::7f00:1", OPEN],
        &["inner.example.test", CLOSED, OPEN],
        &["one.example.test", "two.example.test", "three.example.test", OPEN],
    ] {
        let scene = Scene::new(Arc::new(|_, _| records(mixture))).await;
        for _ in 0..3 {
            assert_eq!(scene.ask().await, Ok(b"hello".to_vec()), "{mixture:?}");
        }
        assert_eq!(scene.reached(), (3, 0), "{mixture:?}");
    }
}

#[tokio::test]
async fn an_alias_of_something_inside_leads_nowhere() {
    for chain in [
        &["localhost", CLOSED][..],
        &["metadata.google.internal", "169.254.169.254"],
        &["a.example.test", "b.example.test", "c.example.test", "10.0.0.1", "::1"],
        &["loop.example.test", HOST],
        &["no.records.test"],
        &[],
    ] {
        let scene = Scene::new(Arc::new(|_, _| records(chain))).await;
        let outcome = scene.ask().await;
        assert!(matches!(outcome, Err(ExchangeError::Name(_))), "{chain:?}: {outcome:?}");
        assert_eq!(scene.reached(), (0, 0), "{chain:?}");
    }
}
